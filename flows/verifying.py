"""Checks the whole record, and that the families' site is what the record gives, to the byte."""

from dataclasses import dataclass
from pathlib import Path

from charter.ledger import digest
from charter.scoring import receipt_text
from flows.publishing import rebuilt, site_folder
from flows.scoring import rescore
from notifications.site import check_site, differs
from providers import actions, documents, ledger, lives, publications, returns
from providers.database import Database


@dataclass(frozen=True)
class Verified:
    """What was checked, and the first thing found wrong (empty when all is well)."""

    entries: int
    head: str
    scores: int
    files: int
    wrong: str

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
        ]


def verify(database: Database, home: Path) -> Verified:
    """Check ledger, steps, documents, scores and the published site, in that order."""
    with database.reading() as session:
        entries, head = ledger.head(session)
        wrong = (
            ledger.verify(session)
            or lives.first_unmatched(session)
            or actions.first_altered_request(session)
            or documents.first_changed(session)
        )
        if wrong:
            return Verified(entries, head, 0, 0, wrong)
        for stale in lives.stale_caches(session):
            return Verified(entries, head, 0, 0, f"return {stale}'s cached state is out of date")
        here = returns.refs(session)
        folded = lives.lives(session, [r.id for r in here])
        scored = [r for r in here if folded[r.id].receipt]
        for return_id, receipt in rescore(session, scored).items():
            if digest(receipt_text(receipt)) != folded[return_id].receipt:
                wrong = f"the score of return {return_id} does not replay to its receipt"
                return Verified(entries, head, 0, 0, wrong)
        newest = publications.newest(session)
        if newest is None:
            return Verified(entries, head, len(scored), 0, "")
        wrong = publications.not_on_ledger(session, newest)
        files = rebuilt(session, newest)
    folder = site_folder(home)
    wrong = (
        wrong
        or next(iter(check_site(folder)), "")
        or differs(folder, files, newest.ledger_entries, newest.ledger_head)
    )
    return Verified(entries, head, len(scored), len(files), wrong)
