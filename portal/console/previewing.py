"""A page as families will see it, drawn by their own site's templates, and how it has changed."""

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
from providers.publications import Published

SITE = "/families/"
"""Where the links of a previewed page lead: the families' site as it was last published."""


@dataclass(frozen=True)
class Preview:
    """A return's page were it published next, and the same page as it was last published.

    `before` is empty where that page has never been out.
    """

    page: PrisonPage
    html: str
    before: str
    before_at: Published | None
    return_id: int

    @property
    def holds(self) -> list[Hold]:
        """The words of this return that a person has still to look at."""
        return [hold for hold in self.page.holds if hold.source.return_id == self.return_id]

    @property
    def others_held(self) -> int:
        """How many words of other returns on the same page are held."""
        return len(self.page.holds) - len(self.holds)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the page no longer says, and what it says anew, against the last publication."""
        return changes(self.before, self.html) if self.before else ()


def preview_of(session: Session, visit: Visit, case: Case) -> Preview | None:
    """The page of a return as it would go out; None where the return is owed no longer."""
    pages = visit.desk.steward.pages(session, visit.now, case.ref.id)
    ref = case.ref
    key = prison_key(ref.region, ref.site, ref.quarter, is_region=ref.site == REGION)
    if case.life.released or key not in pages:
        return None
    data = {one: page.model_dump(mode="json") for one, page in pages.items()}
    last = publications.newest(session)
    old = publications.pages_of(session, last, [*data]) if last else {}
    return Preview(
        page=pages[key],
        html=_drawn(case, data, key),
        before=_drawn(case, old, key) if key in old else "",
        before_at=last,
        return_id=ref.id,
    )


def _drawn(case: Case, pages: Mapping[str, Mapping[str, Any]], key: str) -> str:
    beside = [quarter_key(case.ref.region, case.ref.quarter)]
    beside += [commitment_key(one) for one in case.charter.ids]
    return preview(pages, key, beside=beside, base=SITE, sheet=whole_address())
