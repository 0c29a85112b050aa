"""Gull Health, a provider of several prisons in two regions, with two leads and one signer."""

from datetime import date
from pathlib import Path

from charter.answers import Answer, Evidence
from charter.steps import Rating
from providers import answering, organisation, returns
from providers.database import Database
from providers.returns import Ref
from tests.support.stage import QUARTER, Stage

GIL = "gil@gull.example"
HAL = "hal@gull.example"
GUS = "gus@gull.example"
SAND, SHELL, STONE, FAR = "GSA", "GSH", "GST", "GFA"
"""Gil leads at Sand, Shell and Far; Hal at Stone. Far lies in the other region."""
WIDE = "W9"
"""A commitment that is answered once for all of a provider's prisons."""


def rows(more: int = 0) -> str:
    """The register's rows for Gull Health; `more` further prisons, all Gil's, are called GX1…"""
    prisons = [
        ("Sample", SAND, "HMP Gull Sand", GIL),
        ("Sample", SHELL, "HMP Gull Shell", GIL),
        ("Sample", STONE, "HMP Gull Stone", HAL),
        ("Elsewhere", FAR, "HMP Gull Far", GIL),
        *(("Sample", f"GX{n}", f"HMP Gull Number {n}", GIL) for n in range(1, more + 1)),
    ]
    lines = []
    for region, code, name, lead in prisons:
        for email, role in ((lead, "lead"), (GUS, "signer")):
            person = f"{email.partition('@')[0].title()} Gullson"
            lines.append(
                f"{region},{code},{name},GULL,Gull Health,provider,prime,2024-04-01,,"
                f"{person},{email},{role}"
            )
    return "\n".join([*lines, ""])


def group(database: Database, folder: Path | None = None, *, more: int = 0) -> Stage:
    """The stage with Gull Health on it, whose first quarter was opened and never answered."""
    return Stage(database, site_folder=folder, also=rows(more)).play()


def ref(stage: Stage, site: str, quarter: str = QUARTER) -> Ref:
    """Gull's return for one of its prisons."""
    with stage.database.reading() as session:
        return returns.find(session, "GULL", site, quarter)


def said(stage: Stage, site: str, commitment: str = WIDE) -> Answer:
    """What Gull's draft for a prison says of a commitment."""
    with stage.database.reading() as session:
        draft = returns.draft(session, ref(stage, site))
    return draft.document.find(commitment) or Answer(commitment=commitment)


def answer(commitment: str = WIDE, words: str = "Each quarter we say what we did.") -> Answer:
    """A whole answer."""
    return Answer(
        commitment=commitment,
        rating=Rating.FULLY,
        narrative="The board reads it first.",
        public_statement=words,
        evidence=(Evidence(title="Board minutes", dated=date(2026, 9, 14)),),
    )


def save(stage: Stage, site: str, given: Answer, quarter: str = QUARTER) -> None:
    """Put an answer into Gull's draft for a prison, as its signer may too."""
    here, person = ref(stage, site, quarter), stage.person(GUS)
    with stage.database.writing() as session:
        draft = returns.draft(session, here)
        document = organisation.with_answer(draft.document, given)
        answering.save_draft(session, here, document, stage.now, person, version=draft.version)


def hand_over(stage: Stage, site: str, email: str = GIL, *, signed: bool = False) -> None:
    """Complete Gull's return for a prison and pass it to Gus; signed by him if told so."""
    here = ref(stage, site)
    document = stage.filled(here)
    with stage.database.writing() as session:
        sha = answering.hand_over(session, here, document, stage.now, stage.person(email))
        if signed:
            answering.sign(session, here, sha, stage.now, stage.person(GUS))
