"""A return's copy as a tagged PDF, set in type from plain data."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from notifications.typeset import set_in_type
from portal.provider.paper import Paper

TEMPLATE = Path(__file__).parent / "templates" / "copy.typ"


def as_pdf(paper: Paper, at: datetime) -> bytes:
    """The PDF of a paper, in which what the fonts cannot draw is written out by name."""
    return set_in_type(TEMPLATE, asdict(paper), at)
