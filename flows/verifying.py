"""Checks the whole record, and that the families' site is what the record gives, to the byte."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session

from charter.ledger import digest
from charter.scoring import receipt_text
from flows.checkpoints import notary_of
from flows.explaining import BesidePlan, beside_plans
from flows.publishing import drawing_of, site_folder
from flows.scanning import evidence_folder
from flows.scoring import rescore
from flows.settings import Settings
from flows.wiring import shipped_calendar
from notifications.manifests import MANIFEST, SIGNATURE, sha_of
from notifications.rebuilding import rebuilt
from notifications.site import check_site, differs
from providers import (
    auditing,
    calendars,
    confirming,
    documents,
    evidence_scanning,
    family_calls,
    handovers,
    ledger,
    listening,
    lives,
    moves,
    moving,
    packs,
    passed_on,
    plans,
    practices,
    promise_standings,
    publications,
    renditions,
    requests,
    returns,
    stand_ins,
    tokens,
)
from providers.database import Database
from providers.notary import Notary
from providers.returns import Ref


@dataclass(frozen=True)
class Verified:
    """What was checked, and the first thing found wrong (empty when all is well)."""

    entries: int
    head: str
    scores: int
    files: int
    wrong: str
    plans: tuple[BesidePlan, ...] = ()
    checkpoints: tuple[str, ...] = ()

    def in_words(self) -> list[str]:
        """The outcome in sentences."""
        if self.wrong:
            return [f"NOT VERIFIED: {self.wrong}."]
        return [
            f"The ledger holds: {self.entries} entries, head {self.head}.",
            f"{self.scores} scores replay to the same receipts.",
            f"{self.files} published files are what the record gives, to the byte."
            if self.files
            else "Nothing has been published yet.",
            *self.checkpoints,
            *(plan.in_words() for plan in self.plans),
        ]

    def as_json(self) -> dict[str, Any]:
        """The outcome, and every difference between plans and what happened, with its cause."""
        plain = {name: value for name, value in vars(self).items() if name != "plans"}
        return {
            **plain,
            "verified": not self.wrong,
            "plans": [plan.as_json() for plan in self.plans],
        }


Check = Callable[[Session], str]
CHECKS: Mapping[str, Check] = {
    "ledger": ledger.verify,
    "steps": lives.first_unmatched,
    "cycles": auditing.first_altered_cycle,
    "bank holidays": calendars.first_altered,
    "moved dates": moving.first_unvouched,
    "plans": plans.first_altered,
    "moved openings": moves.first_altered,
    "families' requests": requests.first_altered,
    "what was passed on to prisons": passed_on.first_altered,
    "calls to lines for families": family_calls.first_altered,
    "what families said": listening.first_altered,
    "packs": packs.first_altered,
    "shared practice": practices.first_altered,
    "formats that people made": renditions.first_altered,
    "stand-ins": stand_ins.first_altered,
    "tokens": tokens.first_altered,
    "confirmed details": confirming.first_altered,
    "frozen documents": documents.first_changed,
    "documents on record": auditing.first_missing_document,
    "returns": lives.first_stale_cache,
    "actions": auditing.first_altered_action,
    "handing over of actions": handovers.first_altered,
    "how promises stand": promise_standings.first_stale,
    "publications": auditing.first_altered_publication,
}
"""What is checked, in this order, by the name it has when it cannot even be read."""


def verify(database: Database, home: Path, notary: Notary | None = None) -> Verified:
    """Check ledger, steps, documents, evidence, scores and the published site, in that order.

    `notary` keeps the ledger's checkpoints; those in the home when left out.
    """
    notary = notary or notary_of(Settings(home=home), home)

    def evidence(session: Session) -> str:
        return evidence_scanning.first_wrong(session, evidence_folder(home))

    with database.reading() as session:
        first = {"ledger": ledger.verify, "checkpoints": notary.wrong}
        wrong = first_wrong(session, {**first, **CHECKS, "evidence": evidence})
        if wrong:
            return Verified(0, "", 0, 0, wrong)
        entries, head = ledger.head(session)
        signed = tuple(notary.in_words())
        scored = _scored(session)
        wrong = first_wrong(session, {"scores": lambda session: _unlike(session, scored)})
        calendar = calendars.in_force(session, shipped_calendar())
        held = () if wrong else tuple(beside_plans(session, calendar))
        wrong = wrong or next((p.first_unexplained for p in held if p.first_unexplained), "")
        newest = None if wrong else publications.newest(session)
        if newest is None:
            return Verified(entries, head, len(scored), 0, wrong, held, signed)
        sealed = publications.sealed(session, newest)
    folder = site_folder(home)
    files: dict[str, str] = {}
    wrong = next(iter(check_site(folder)), "")
    if not wrong:
        files = rebuilt(drawing_of(database, newest.pages), folder)
        wrong = differs(folder, files.items(), newest.ledger_entries, newest.ledger_head)
    wrong = wrong or _unsigned(notary, folder, sealed)
    return Verified(entries, head, len(scored), len(files), wrong, held, signed)


def _unsigned(notary: Notary, folder: Path, sealed: tuple[int, str]) -> str:
    """One sentence if the site's signature is not ours, or not of this bulletin."""
    try:
        ours = notary.bulletin(sha_of(folder / MANIFEST), *sealed)
        same = (folder / SIGNATURE).read_bytes() == ours
    except OSError:
        return f"{SIGNATURE} is missing from the bulletin; run: charter publish"
    return "" if same else f"{SIGNATURE} is not what our key gives; run: charter publish"


def first_wrong(session: Session, checks: Mapping[str, Check]) -> str:
    """The first thing that these checks find; what cannot be read at all is found too."""
    for what, check in checks.items():
        try:
            wrong = check(session)
        except (ValueError, LookupError, RuntimeError) as error:
            wrong = f"the {what} cannot be read ({str(error) or type(error).__name__})"
        if wrong:
            return wrong
    return ""


def _scored(session: Session) -> list[Ref]:
    here = returns.refs(session)
    folded = lives.lives(session, [r.id for r in here])
    return [r for r in here if folded[r.id].receipt]


def _unlike(session: Session, scored: list[Ref]) -> str:
    folded = lives.lives(session, [r.id for r in scored])
    for return_id, receipt in rescore(session, scored).items():
        if digest(receipt_text(receipt)) != folded[return_id].receipt:
            return f"the score of return {return_id} does not replay to its receipt"
    return ""
