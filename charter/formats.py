"""Forms of a page that people made: who made and checked each, and whether it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from charter.ledger import canonical, digest
from charter.policy import Frozen
from charter.quarters import Quarter
from charter.said import Said

ENGLISH = "en"
EASY_READ = "easy-read"
FORMS = {EASY_READ: Said("Easy Read")}
"""The forms that people make, with the words that families know each by; none is ever generated."""


@dataclass(frozen=True)
class FormatView:
    """A file that people made of a page; `renders` names the editions that it was made from."""

    kind: str
    language: str
    maker: str
    checker: str
    made_on: date
    sha: str
    renders: str


class FormatRow(Frozen):
    """A form of this page: its `file` beside the page, and whether the page changed since."""

    words: str
    language: str
    maker: str
    checker: str
    made_on: date
    file: str
    sha: str
    outdated: Annotated[bool, Field(exclude_if=lambda outdated: not outdated)] = False


def editions_sha(editions: Iterable[tuple[int, int]]) -> str:
    """The SHA-256 of what a page tells: each published return's id and its revision."""
    return digest(canonical([list(one) for one in sorted(editions)]))


def format_rows(
    formats: Iterable[FormatView], editions: Iterable[tuple[int, int]], quarter: Quarter
) -> tuple[FormatRow, ...]:
    """How a page names the forms that people made of it, English before other languages."""
    now = editions_sha(editions)
    listed = sorted(formats, key=lambda one: (one.language != ENGLISH, one.language, one.kind))
    return tuple(
        FormatRow(
            words=FORMS[one.kind],
            language=one.language,
            maker=one.maker,
            checker=one.checker,
            made_on=one.made_on,
            file=file_of(one.kind, one.language, quarter),
            sha=one.sha,
            outdated=one.renders != now,
        )
        for one in listed
    )


def file_of(kind: str, language: str, quarter: Quarter) -> str:
    """The name, beside the page, under which a form stands for years."""
    tongue = "" if language == ENGLISH else f"-{language}"
    return f"{quarter}-{kind}{tongue}.pdf"
