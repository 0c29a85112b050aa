"""A page as families will see it, drawn by their own site's templates, and how it has changed."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from charter.pages import PrisonPage, commitment_key, prison_key, quarter_key
from charter.parts import Hold
from charter.views import REGION
from notifications.bulletin import preview
from notifications.compared import Change, changes
from portal.console.rooms import Case
from portal.doors import Visit
from portal.provider.look import whole_address
from providers import publications
from providers.foreseen import Drawing
from providers.publications import Published

SITE = "/families/"
"""Where the links of a previewed page lead: the families' site as it was last published."""


@dataclass(frozen=True)
class Preview:
    """A return's page were it published next, and the same page as it was last published.

    `before` is empty where that page has never been out. `drawing` is how it was drawn, with what
    came since; none for a page that is settled, which is shown as it was published.
    """

    page: PrisonPage
    html: str
    before: str
    before_at: Published | None
    return_id: int
    drawing: Drawing | None

    @property
    def is_fresh(self) -> bool:
        """It is the page as it would go out now."""
        return self.drawing is None or self.drawing.is_fresh

    @property
    def holds(self) -> list[Hold]:
        """The words of this return that a person has still to look at."""
        known = self.drawing.words if self.drawing else {}
        return [
            hold.model_copy(update={"words": known.get(hold.text, "")})
            for hold in self.page.holds
            if hold.source.return_id == self.return_id
        ]

    @property
    def others_held(self) -> int:
        """How many words of other returns on the same page are held."""
        return len(self.page.holds) - len(self.holds)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the page no longer says, and what it says anew, against the last publication."""
        return changes(self.before, self.html) if self.before else ()


def preview_of(session: Session, visit: Visit, case: Case) -> Preview | None:
    """The page of a return as it was drawn last; None where it is owed no longer, or never was.

    A page that is settled needs no drawing: it is as it was published.
    """
    ref, last = case.ref, publications.newest(session)
    key = prison_key(ref.region, ref.site, ref.quarter, is_region=ref.site == REGION)
    drawing = None if case.life.released else visit.desk.steward.drawing(session, visit.now, ref)
    beside = f"{posixpath.dirname(key)}/"
    old = (
        publications.pages_of(session, last, [one for one in last.pages if one.startswith(beside)])
        if last
        else {}
    )
    if not (drawing and drawing.is_fresh) and key in old and _stands(case, last):
        drawing = None
    elif drawing is None:
        return None
    pages = {**drawing.pages, **old, key: drawing.pages[key]} if drawing else old
    return Preview(
        page=PrisonPage.model_validate(pages[key]),
        html=_drawn(case, pages, key),
        before=_drawn(case, old, key) if key in old else "",
        before_at=last,
        return_id=ref.id,
        drawing=drawing,
    )


def _stands(case: Case, last: Published | None) -> bool:
    """Nothing more is to come of the return than what was published last."""
    life = case.life
    done = life.withdrawn_at or life.published_at
    return bool(life.is_settled and last and done and done <= last.at)


def _drawn(case: Case, pages: Mapping[str, Mapping[str, Any]], key: str) -> str:
    beside = [quarter_key(case.ref.region, case.ref.quarter)]
    beside += [commitment_key(one) for one in case.charter.ids]
    return preview(pages, key, beside=beside, base=SITE, sheet=whole_address())
