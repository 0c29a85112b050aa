"""What people made of something published, and words in other languages: kept and vouched for."""

import hashlib
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from charter.disclosure import screen
from charter.formats import ENGLISH
from charter.ledger import canonical, digest
from charter.quarters import london_date
from notifications.among import among
from providers import documents, ledger
from providers.cycles import NotAllowed, Unknown
from providers.rendition_tables import Rendition, RenditionFile
from providers.tables import LedgerRow

ADDED, ENDED = "rendition_added", "rendition_ended"
TRANSLATION, CATALOGUE = "translation", "catalogue"
TEXTS = (TRANSLATION, CATALOGUE)
"""What is kept as text; all else are files."""
LONGEST = 120
"""Characters of the name of whoever made or checked something."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Made:
    """Who made something, who checked it, on which London date, and in which language."""

    maker: str
    checker: str
    on: date
    language: str = ENGLISH

    def check(self, now: datetime) -> None:
        """NotAllowed where these names, this day or this language cannot be shown."""
        for what, name in (("maker", self.maker), ("checker", self.checker)):
            blank = what == "maker" and not name
            if name != " ".join(name.split()) or len(name) > LONGEST or blank:
                raise NotAllowed(f"name the {what} in one line of {LONGEST} characters at most")
            if found := screen(name):
                raise NotAllowed(f"the {what} looks like a {found[0].kind}; name an organisation")
        if self.maker.casefold() == self.checker.casefold():
            raise NotAllowed("whoever made it cannot be who checked it; name another")
        if self.on > london_date(now):
            raise NotAllowed("give the day it was made: this one is still to come")
        if not _LANGUAGE.fullmatch(self.language):
            raise NotAllowed(f"'{self.language}' is no language; write a code such as en or pt-BR")


def add_translation(
    session: Session, region: str, english: str, text: str, made: Made, now: datetime, by: str
) -> int:
    """Put a translation of a text on record; its id. It holds for these very English words only.

    With no checker it is kept and not shown. NotAllowed where it says nothing, or is English.
    """
    if made.language == ENGLISH or not text.strip() or not english.strip():
        raise NotAllowed("a translation has words in another language than English")
    made.check(now)
    if new := {one.kind for one in screen(text)} - {one.kind for one in screen(english)}:
        raise NotAllowed(f"the translation holds a {min(new)} that the English does not")
    sha = documents.keep(session, text)
    return put(session, row_of(TRANSLATION, region, made, _words_sha(english), sha, now, by))


def _words_sha(english: str) -> str:
    """The SHA-256 of the words alone: whoever copies them from a page breaks lines elsewhere."""
    return digest(" ".join(english.split()))


def add_catalogue(session: Session, text: str, made: Made, now: datetime, by: str) -> int:
    """Put the site's own words in a language on record; its id. The one before it ends.

    `text` is a catalogue that can be read. NotAllowed where nobody checked it.
    """
    if not made.checker or made.language == ENGLISH:
        raise NotAllowed("say who reviewed it: no catalogue is shown that nobody did")
    made.check(now)
    sha = documents.keep(session, text)
    return put(session, row_of(CATALOGUE, None, made, "", sha, now, by))


def catalogues(session: Session) -> dict[str, str]:
    """The SHA-256 of the catalogue that stands in each language that has one, by its code."""
    rows = select(Rendition.language, Rendition.sha).where(
        Rendition.kind == CATALOGUE, col(Rendition.ended_at).is_(None)
    )
    return dict(sorted(session.exec(rows)))


Translated = dict[str, dict[str, dict[str, str]]]
"""By language and English text: the words in it, with their maker, checker and date."""


def translated(
    session: Session, english: Collection[str], regions: Collection[str]
) -> dict[str, Translated]:
    """The checked words of each of these regions for those of these texts that have any.

    A region's translation stands on its own pages only: it is the one that answers for it.
    """
    standing = (
        Rendition.kind == TRANSLATION,
        col(Rendition.ended_at).is_(None),
        col(Rendition.region_code).in_(regions),
    )
    if session.exec(select(Rendition.id).where(*standing).limit(1)).first() is None:
        return {}
    by_sha: dict[str, list[str]] = {}
    for text in english:
        by_sha.setdefault(_words_sha(text), []).append(text)
    rows = session.exec(
        select(Rendition)
        .where(among(col(Rendition.renders), by_sha), *standing)
        .order_by(col(Rendition.id))
    ).all()
    checked = [row for row in rows if row.checker]
    texts = documents.fetch(session, [row.sha for row in checked])
    found: dict[str, Translated] = {}
    for row in checked:
        here = found.setdefault(row.region_code or "", {})
        words = {
            "words": texts[row.sha],
            "maker": row.maker,
            "checker": row.checker,
            "made_on": row.made_on.isoformat(),
        }
        here.setdefault(row.language, {}).update(dict.fromkeys(by_sha[row.renders], words))
    return found


def row_of(
    kind: str, region: str | None, made: Made, renders: str, sha: str, now: datetime, by: str
) -> Rendition:
    """A row that is not on record yet."""
    return Rendition(
        kind=kind,
        region_code=region,
        language=made.language,
        renders=renders,
        sha=sha,
        maker=made.maker,
        checker=made.checker,
        made_on=made.on,
        salt=secrets.token_hex(16),
        added_at=now,
        added_by=by,
    )


def put(session: Session, row: Rendition) -> int:
    """Put a row on record in the place of the one of its kind before it; its id.

    The same again is no news: then it is the id of the one that stands.
    """
    same = [
        Rendition.kind == row.kind,
        Rendition.language == row.language,
        Rendition.region_code == row.region_code,
        Rendition.quarter == row.quarter,
    ]
    if row.kind == TRANSLATION:
        same.append(Rendition.renders == row.renders)
    else:
        same.append(Rendition.site_id == row.site_id)
    stand = select(Rendition).where(*same, col(Rendition.ended_at).is_(None))
    for one in session.exec(stand).all():
        if _said(one) == _said(row):
            return one.id or 0
        end(session, one.id or 0, row.added_at, row.added_by)
    session.add(row)
    session.flush()
    ledger.append(session, row.added_at, row.added_by, ADDED, f"rendition:{row.id}", _vouched(row))
    return row.id or 0


def _said(row: Rendition) -> tuple[object, ...]:
    return row.renders, row.sha, row.maker, row.checker, row.made_on


def region_of(session: Session, rendition: int) -> str:
    """The region of a form or a translation, empty for a catalogue; Unknown if there is none."""
    return _row(session, rendition).region_code or ""


def end(session: Session, rendition: int, now: datetime, by: str) -> bool:
    """Show a form or a translation no more; False if that was so. Unknown if there is none."""
    row = _row(session, rendition)
    if row.ended_at is not None:
        return False
    row.ended_at = now
    session.add(row)
    ledger.append(session, now, by, ENDED, f"rendition:{row.id}", {})
    return True


def _row(session: Session, rendition: int) -> Rendition:
    row = session.get(Rendition, rendition)
    if row is None:
        raise Unknown(f"there is no format {rendition}; charter format list names them")
    return row


def first_altered(session: Session) -> str:
    """One sentence naming the first form or translation that is not as the ledger vouches for."""
    told: dict[str, dict[str, object]] = {}
    ended = set()
    kinds = select(LedgerRow).where(col(LedgerRow.kind).in_([ADDED, ENDED]))
    for entry in session.exec(kinds.order_by(col(LedgerRow.seq))):
        if entry.kind == ENDED:
            ended.add(entry.subject)
        else:
            told[entry.subject] = json.loads(entry.body)
    for row in session.exec(select(Rendition).order_by(col(Rendition.id))):
        subject = f"rendition:{row.id}"
        if told.pop(subject, None) != _vouched(row) or (subject in ended) != bool(row.ended_at):
            return f"the format {row.id} has been changed since it was put on record"
    for subject in told:
        return f"the {subject.replace('rendition:', 'format ')} is missing"
    return _first_altered_file(session)


def _first_altered_file(session: Session) -> str:
    """One at a time, so that no two files are in memory together."""
    kept = documents.kept(session)
    rows = session.exec(select(Rendition.id, Rendition.kind, Rendition.sha)).all()
    for number, _, sha in (row for row in rows if row[1] in TEXTS):
        if sha not in kept:
            return f"the text of format {number} is missing"
    for number, _, sha in (row for row in rows if row[1] not in TEXTS):
        held = session.get(RenditionFile, sha)
        if held is None or hashlib.sha256(held.body).hexdigest() != sha:
            return f"the file of format {number} is missing, or has been changed"
        session.expunge(held)
    return ""


def _vouched(row: Rendition) -> dict[str, object]:
    """What the ledger holds of a row: ids and digests, that of the names salted."""
    who = canonical([row.salt, row.maker, row.checker, row.made_on.isoformat()])
    return {
        "kind": row.kind,
        "site": row.site_id or 0,
        "quarter": row.quarter,
        "language": row.language,
        "renders": row.renders,
        "sha": row.sha,
        "said": digest(who),
    }
