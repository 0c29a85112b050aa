"""A whole bulletin drawn in memory, from page data that a test may change."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from charter.ledger import canonical, digest
from charter.quarters import Calendar, london_date
from flows.assembling import region_views
from flows.gathering import Gatherer
from flows.grouping import groups, places
from flows.listing import list_pages
from notifications.catalogue import Drawing, Drawn
from notifications.drawing import Bulletin
from notifications.languages import Language
from notifications.manifests import sha256
from notifications.site import Written, build, put_in_place
from providers import cycles

Pages = Mapping[str, Mapping[str, Any]]


@dataclass
class InMemory:
    """Takes files into a dict."""

    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, path: str, content: bytes) -> None:
        """Take one."""
        self.files[path] = content

    def pour(self, path: str, pieces: Iterable[bytes]) -> str:
        """Take one in pieces."""
        self.files[path] = b"".join(pieces)
        return sha256(self.files[path])

    def keep(self, files: Mapping[str, str]) -> bool:
        """There is nothing older."""
        return not files

    def read(self, path: str) -> bytes:
        """Give one back."""
        return self.files[path]


def bulletin(pages: Pages, languages: Sequence[Language] = ()) -> Bulletin:
    """The bulletin of these pages."""
    shas = {key: digest(canonical(page)) for key, page in pages.items()}
    return Bulletin(shas, lambda keys: {key: dict(pages[key]) for key in keys}, languages=languages)


def drawn(
    pages: Pages, *, extras: bool = False, languages: Sequence[Language] = ()
) -> tuple[dict[str, bytes], Drawn]:
    """Every file by path, sorted, and what drawing them came to; PDFs only as `extras`."""
    sink = InMemory()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as into:
        done = Drawing(bulletin(pages, languages), sink, into, extras=extras).draw()
    return dict(sorted(sink.files.items())), done


def render(pages: Pages) -> dict[str, bytes]:
    """Every file but PDFs, by path."""
    return drawn(pages)[0]


def faults(pages: Pages) -> list[str]:
    """What keeps these pages from being published."""
    return drawn(pages)[1].faults


def put(
    home: Path,
    pages: Pages,
    *,
    entries: int = 3,
    head: str = "ab" * 32,
    languages: Sequence[Language] = (),
) -> Written:
    """Make these pages the site of a home."""
    draft = build(home, bulletin(pages, languages))
    return put_in_place(home, draft, entries=entries, head=head, sign=lambda said: said[:0])


def build_pages(session: Session, now: datetime, calendar: Calendar) -> dict[str, dict[str, Any]]:
    """The data of every page as the record stands, with nothing published or kept."""
    data: dict[str, dict[str, Any]] = {}

    def keep(pages: dict[str, dict[str, Any]]) -> dict[str, str]:
        data.update(pages)
        return {key: digest(canonical(page)) for key, page in pages.items()}

    wanted = groups(places(session, london_date(now)))
    if not wanted:
        return {}
    regions = region_views(session, cycles.cycles(session), london_date(now))
    gatherer = Gatherer(session, now, calendar, regions)
    gathered = [gatherer.gather(group, 0, keep) for group in wanted]
    return data | list_pages(session, gathered, now, "")
