"""Policy and Charter files: checked, and put on record under a version of their own."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from charter.commitments import CharterFile
from charter.ledger import digest
from charter.policy import Policy
from charter.reach import unreached
from charter.rulefiles import Misread, Unreadable, read
from charter.scoring import NOT_ASSESSED
from charter.words import BAND_WORDS
from notifications.wording import DIGESTS
from providers import cycles, ledger
from providers.cycles import NotAllowed
from providers.tables import LedgerRow, Rulebook

Kind = Literal["policy", "charter"]
POLICY_KEPT, CHARTER_KEPT = "policy_kept", "charter_kept"
LARGEST = 200_000
"""The most bytes of a file of rules: ten times what the longest one shipped has."""
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,59}")


@dataclass(frozen=True)
class RuleFile:
    """A file of rules that can be used: its words, and what they say."""

    kind: Kind
    body: str
    rules: Policy | CharterFile

    @property
    def version(self) -> str:
        """What it calls itself."""
        return self.rules.version


def check(kind: Kind, content: bytes, own: str = "") -> RuleFile:
    """The rules in a file's bytes; Unreadable with everything that is to be mended in it.

    A file of a region's `own` is named after it, and asked of no other region.
    """
    if len(content) > LARGEST:
        raise Unreadable([Misread(0, "", f"the file is larger than {LARGEST // 1000} kB")])
    try:
        body = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable([Misread(0, "", "this is not UTF-8 text; save it as UTF-8")]) from None
    policy = kind == "policy"
    rules: Policy | CharterFile = read(Policy, body) if policy else read(CharterFile, body)
    found = RuleFile(kind, body, rules)
    wrong = [*_unsaid(rules), *(_not_its_own(rules, own) if own else ())]
    if wrong:
        raise Unreadable(wrong)
    return found


def _unsaid(rules: Policy | CharterFile) -> list[Misread]:
    """What no letter and no page has words for."""
    if isinstance(rules, CharterFile):
        return []
    letters = [
        Misread(
            0,
            f"rung {rung.id}",
            f"rung '{rung.id}': there is no letter '{rung.letter}'; there are {', '.join(DIGESTS)}",
        )
        for rung in rules.rung
        if rung.letter not in DIGESTS
    ]
    known = [band for band in BAND_WORDS if band != NOT_ASSESSED]
    return letters + [
        Misread(
            0, "bands", f"no page has words for the band '{band}'; there are {', '.join(known)}"
        )
        for _, band in rules.bands
        if band not in known
    ]


def _not_its_own(rules: Policy | CharterFile, own: str) -> list[Misread]:
    found = []
    begins = f"{own}."
    if not (rules.version.startswith(begins) and VERSION.fullmatch(rules.version)):
        what = (
            f"a region's own version begins with '{begins}', and goes on in letters, figures, "
            f"points and hyphens, 60 in all at most: such as '{begins}2027-1'"
        )
        found.append(Misread(0, "version", what))
    if isinstance(rules, CharterFile) and not rules.only_where_adopted:
        what = "write only_where_adopted = true: no other region is asked about your own version"
        found.append(Misread(0, "only_where_adopted", what))
    return found


def keep(
    session: Session, file: RuleFile, region: str, now: datetime, by: str, *, own: bool = False
) -> bool:
    """Put a file of rules on record; False where these very words are on record already.

    `own` says that it is for that region alone. NotAllowed where the version is on record with
    other words and, with the arithmetic, for a region's own policy with a band that nobody could
    be in.
    """
    code = cycles.region_of(session, region).code
    if own and (missed := why_not(session, file, code)):
        raise NotAllowed(missed[0])
    known = session.get(Rulebook, (file.kind, file.version)) is not None
    cycles.keep_rulebook(session, file.kind, file.version, file.body)
    if known:
        return False
    body = {"version": file.version, "sha": digest(file.body), "own": own}
    subject = f"region:{code}"
    if file.kind == "policy":
        ledger.append(session, now, by, POLICY_KEPT, subject, body)
    else:
        ledger.append(session, now, by, CHARTER_KEPT, subject, body)
    return True


def why_not(session: Session, file: RuleFile, region: str) -> list[str]:
    """The arithmetic of each band that no return of the region could be in; none for a Charter."""
    if isinstance(file.rules, CharterFile):
        return []
    charter = cycles.rules_for(session, cycles.region_of(session, region)).charter
    return [
        f"under Charter {charter.version}, {one}" for one in unreached(file.rules, len(charter.ids))
    ]


def of_others(session: Session, region: str) -> frozenset[tuple[str, str]]:
    """The kind and version of every file that is another region's own; one query."""
    kinds = {POLICY_KEPT: "policy", CHARTER_KEPT: "charter"}
    rows = select(LedgerRow.kind, LedgerRow.subject, LedgerRow.body).where(
        col(LedgerRow.kind).in_(list(kinds))
    )
    return frozenset(
        (kinds[kind], told["version"])
        for kind, subject, body in session.exec(rows)
        if (told := json.loads(body))["own"] and subject != f"region:{region}"
    )


def kept_by(session: Session, file: RuleFile) -> LedgerRow | None:
    """The entry that put this version on record; none for what came with the product."""
    kind = POLICY_KEPT if file.kind == "policy" else CHARTER_KEPT
    rows = select(LedgerRow).where(
        LedgerRow.kind == kind,
        col(LedgerRow.body).contains(f'"version":"{file.version}"', autoescape=True),
    )
    return session.exec(rows).first()
