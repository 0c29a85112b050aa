"""Shows what others wrote, unless somebody must look at it first: then it is held, and noted."""

from collections.abc import Iterable

from charter.alarm import kinds_of, looked_for
from charter.ledger import digest
from charter.parts import Hold, Source
from charter.said import Said
from charter.views import ReturnView

HELD = Said("These words are held for a check before they are shown.")
QUIET = Said(
    "Ratings and written answers for this prison are not shown at the moment. "
    "They come back by themselves."
)
"""What stands in the place of both during a sensitive period; it never says why."""


class Reader:
    """Reads the words of these returns for a page, each by what its own return has cleared."""

    def __init__(self, views: Iterable[ReturnView] = ()) -> None:
        self.holds: list[Hold] = []
        self._of = {view.return_id: view for view in views}

    def shown(self, text: str, where: str, source: Source) -> str:
        """The text, or the neutral sentence that stands in for it."""
        text, view = text.strip(), self._of.get(source.return_id)
        if not text:
            return ""
        found = view.looked_for(text) if view else looked_for(text)
        if not found or (view and digest(text) in view.cleared):
            return text
        hold = Hold(
            where=where, kinds=kinds_of(found), source=source, text=digest(text), words=text
        )
        if hold not in self.holds:
            self.holds.append(hold)
        return HELD
