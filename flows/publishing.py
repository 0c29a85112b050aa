"""Publishes what two people approved, and builds the families' site from the record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.checkpoints import notary_of
from flows.foreseen import draw_waiting, drawn_anew
from flows.making import Made, Maker
from flows.post import Post
from notifications.drawing import Bulletin as Drawing
from notifications.manifests import read_manifest
from notifications.manifests import sha256 as digest_of
from notifications.site import Draft, Overtaken, alone, build, put_in_place, stands
from providers import documents, formats, ledger, publications
from providers.database import Database
from providers.publications import Published

MADE = ".made.json"
"""The file, among the sites of a home, that says what was made last and from what."""
TURN = ".turn"
"""The file, among the sites of a home, that whoever publishes holds."""
TRIES = 5
"""How often a bulletin is made again because the record changed while it was made."""


@dataclass(frozen=True)
class Bulletin:
    """What a publication did: returns newly published, pages and files, and where they stand.

    `drawn` counts the pages that were drawn, and `made` those whose data were made, this time;
    `foreseen` those that were drawn for whoever approves them next.
    """

    published: int
    pages: int
    files: int
    changed: bool
    folder: str
    held: tuple[str, ...]
    drawn: int = 0
    made: int = 0
    foreseen: int = 0

    def in_words(self) -> list[str]:
        """The outcome in sentences."""
        if not self.pages:
            return ["There is nothing to publish yet: no cycle has been opened."]
        lines = [
            f"{self.published} returns newly published; {self.pages} pages, {self.files} files "
            f"in {self.folder}."
            if self.changed
            else f"Nothing has changed since the last publication; {self.folder} stands."
        ]
        lines += [f"Held for a person to look at: {where}" for where in self.held]
        return lines + drawn_anew(self.foreseen)


def site_folder(home: Path) -> Path:
    """Where the families' site stands."""
    return home / "site"


def publish_summary(database: Database, now: datetime, post: Post) -> Bulletin:
    """Record what may be published at `now`, freeze every page, and swap the site in whole.

    Doing it twice changes nothing, and a run that died on the way is finished by the next. A
    signed checkpoint of the ledger goes with each bulletin. Publishers of one home take turns.
    Nobody else waits for them: pages are made and drawn outside the writers' lock. A bulletin is
    entered only once it is drawn and checked, and only if the record still says the same. At the
    end, pages that wait for approval are drawn as they would go out next.
    """
    with alone(post.home, TURN):
        done = _publish(database, now, post)
    return replace(done, foreseen=draw_waiting(database, now, post.calendar))


def _publish(database: Database, now: datetime, post: Post) -> Bulletin:
    maker = Maker(database, now, post.calendar, post.settings.site_url, post.home / "sites" / MADE)
    before: Draft | None = None
    try:
        for _ in range(TRIES):
            made = maker.make()
            if made is None:
                return Bulletin(0, 0, 0, False, "", ())
            drawing = drawing_of(database, made.pages)
            if standing := _unchanged(database, made, drawing, post):
                return _outcome(made, standing, None)
            draft = build(post.home, drawing, before)
            if before:
                before.discard()
            before = draft
            if entered := _entered(database, maker, made, now):
                sign = signer(post, database, entered)
                put = put_in_place(
                    post.home, draft, entries=entered.ledger_entries, head=entered.ledger_head,
                    sign=sign,
                )  # fmt: skip
                before = None
                _vouch(database, entered, post)
                return _outcome(made, put.folder, draft)
    finally:
        if before:
            before.discard()
    raise Overtaken(
        "the bulletin is not published: the record changed each time before it was ready; "
        "run: charter publish"
    )


def drawing_of(database: Database, pages: Mapping[str, str]) -> Drawing:
    """A bulletin of frozen pages, ready to be drawn; their data are read as they are needed."""

    def fetch(keys: Iterable[str]) -> dict[str, Any]:
        wanted = {key: pages[key] for key in keys}
        with database.reading() as session:
            return publications.data_of(session, wanted)

    def shelf(sha: str) -> bytes:
        with database.reading() as session:
            return formats.file(session, sha)

    def words(sha: str) -> str:
        with database.reading() as session:
            return documents.fetch(session, [sha])[sha]

    return Drawing(pages, fetch, shelf, words=words)


def _unchanged(database: Database, made: Made, drawing: Drawing, post: Post) -> Path | None:
    """The site that stands, if it is what would be published now; put right what is beside it."""
    with database.reading() as session:
        newest = publications.newest(session)
    if newest is None or newest.pages != made.pages:
        return None
    sign = signer(post, database, newest)
    if not stands(post.home, drawing, newest.ledger_entries, newest.ledger_head, sign):
        return None
    _vouch(database, newest, post)
    return site_folder(post.home)


def _entered(database: Database, maker: Maker, made: Made, now: datetime) -> Published | None:
    """Enter the bulletin in the ledger, if it is another; None if the record has moved on."""
    with database.writing() as session:
        if made.is_stale(session):
            return None
        entered = publications.record(session, made.pages, now, "engine")
        standing = entered or publications.newest(session)
        entries, head = ledger.head(session)
    maker.keep(made, entries, head)
    return standing


def signer(post: Post, database: Database, publication: Published) -> Callable[[bytes], bytes]:
    """What vouches for a bulletin's manifest with our key, and for its entry in the ledger."""
    notary = notary_of(post.settings, post.home)
    with database.reading() as session:
        entries, head = publications.sealed(session, publication)
    return lambda said: notary.bulletin(digest_of(said), entries, head)


def _vouch(database: Database, publication: Published, post: Post) -> None:
    with database.reading() as session:
        sealed = publications.sealed(session, publication)
    notary_of(post.settings, post.home).vouch(*sealed, publication.at)


def _outcome(made: Made, folder: Path, draft: Draft | None) -> Bulletin:
    files = draft.drawn.files if draft else read_manifest(folder)["files"]
    return Bulletin(
        published=made.published,
        pages=len(made.pages),
        files=len(files),
        changed=draft is not None,
        folder=str(folder),
        held=made.held,
        drawn=draft.drawn.pages if draft else 0,
        made=made.made,
    )
