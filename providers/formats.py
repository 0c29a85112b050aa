"""Forms of a prison's page that people made, each from a published page and tested with readers."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from charter.formats import FORMS, FormatView, editions_sha
from charter.quarters import Quarter
from notifications.among import among
from providers import documents, lives, renditions, returns
from providers.cycles import NotAllowed, Unknown
from providers.file_kinds import PDF, NotTaken, kind_of
from providers.rendition_tables import Rendition, RenditionFile
from providers.renditions import Made
from providers.tables import Site

BIGGEST = 5_000_000
"""Bytes of one file: families open it on a phone, where signal is poor."""
BEGINNING = 60
"""Characters of a translation by which a list tells it from others."""
_ALIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


@dataclass(frozen=True)
class Listed:
    """What people made, as it is on record; `ended_at` once it is shown no more.

    A translation and a catalogue are of no prison and no quarter, and a catalogue of no region
    either; `words` is how a translation begins.
    """

    id: int
    region: str
    site: str
    site_name: str
    quarter: str
    form: FormatView
    added_at: datetime
    ended_at: datetime | None
    words: str = ""


def add(
    session: Session,
    where: Site,
    quarter: Quarter,
    kind: str,
    data: bytes,
    made: Made,
    now: datetime,
    by: str,
) -> int:
    """Put a form of a prison's published page on record; its id. One of its kind before it ends.

    NotAllowed for a kind that people do not make, a page that is not published, or a maker or
    checker that may not be named; NotTaken for what is no harmless PDF. The same again is no news.
    """
    if kind not in FORMS:
        raise NotAllowed(f"'{kind}' is no form that people make; choose {' or '.join(FORMS)}")
    if not made.checker:
        raise NotAllowed("say who tested it: nothing is shown that was not tested with readers")
    made.check(now)
    _check_pdf(data)
    renders = editions_sha(_editions(session, where, quarter))
    sha = hashlib.sha256(data).hexdigest()
    if session.get(RenditionFile, sha) is None:
        session.add(RenditionFile(sha=sha, body=data))
    row = renditions.row_of(kind, where.region_code, made, renders, sha, now, by)
    row.site_id, row.quarter = where.id, str(quarter)
    return renditions.put(session, row)


def site_of(session: Session, code: str, region: str = "") -> Site:
    """The prison of that code; Unknown if there is none, or in several regions and none is named.

    `region` is a code.
    """
    rows = select(Site).where(Site.code == code)
    found = session.exec(rows.where(Site.region_code == region) if region else rows).all()
    if not found:
        raise Unknown(f"no prison has the code '{code}'")
    if len(found) > 1:
        raise Unknown(f"prisons of several regions have the code '{code}'; name one by --region")
    return found[0]


def _editions(session: Session, where: Site, quarter: Quarter) -> list[tuple[int, int]]:
    """The published editions of one page; NotAllowed where there is none to make anything from."""
    sites = [where.id] if where.id else []
    refs = returns.refs(session, quarter=str(quarter), site_ids=sites)
    folded = lives.lives(session, [ref.id for ref in refs])
    told = [(number, life.revision) for number, life in folded.items() if life.revision]
    if not told or any(life.withdrawn_at for life in folded.values()):
        raise NotAllowed(
            f"the page of {where.name} for {quarter.in_words} is not published; "
            "a form is made of a page that families can read"
        )
    return told


def _check_pdf(data: bytes) -> None:
    if len(data) > BIGGEST:
        raise NotTaken(f"this file is larger than {BIGGEST // 1_000_000} MB; make it smaller")
    if not data.startswith(b"%PDF-") or kind_of(data, "form.pdf") != PDF:
        raise NotTaken("this is no PDF; give one")
    if any(mark in data for mark in _ALIVE):
        raise NotTaken("this PDF runs something, or holds a file; print it to PDF once more")


def listed(session: Session, region: str = "") -> list[Listed]:
    """All that people made, of one region or all, what ended too, newest first."""
    query = (
        select(Rendition, Site)
        .join(Site, col(Site.id) == col(Rendition.site_id), isouter=True)
        .order_by(col(Rendition.id).desc())
    )
    if region:
        query = query.where(Rendition.region_code == region)
    rows = list(session.exec(query))
    said = documents.fetch(
        session, [row.sha for row, _ in rows if row.kind == renditions.TRANSLATION]
    )
    return [
        Listed(
            id=row.id or 0,
            region=row.region_code or "",
            site=site.code if site else "",
            site_name=site.name if site else "",
            quarter=row.quarter,
            form=_view(row),
            added_at=row.added_at,
            ended_at=row.ended_at,
            words=said.get(row.sha, "")[:BEGINNING],
        )
        for row, site in rows
    ]


def standing(
    session: Session, site_ids: Collection[int]
) -> Mapping[tuple[int, str], tuple[FormatView, ...]]:
    """The forms that stand, by prison and quarter, in one query."""
    rows = session.exec(
        select(Rendition)
        .where(among(col(Rendition.site_id), site_ids), col(Rendition.ended_at).is_(None))
        .where(col(Rendition.kind).in_(FORMS))
        .order_by(col(Rendition.id))
    )
    found: dict[tuple[int, str], list[FormatView]] = defaultdict(list)
    for row in rows:
        found[row.site_id or 0, row.quarter].append(_view(row))
    return {key: tuple(views) for key, views in found.items()}


def file(session: Session, sha: str) -> bytes:
    """What is in a file that people made; LookupError if there is none."""
    row = session.get(RenditionFile, sha)
    if row is None:
        raise LookupError(f"the file {sha[:12]} that people made is missing")
    return row.body


def _view(row: Rendition) -> FormatView:
    return FormatView(
        kind=row.kind,
        language=row.language,
        maker=row.maker,
        checker=row.checker,
        made_on=row.made_on,
        sha=row.sha,
        renders=row.renders,
    )
