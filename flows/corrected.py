"""Lists what was changed or taken down after it came out, with the reasons that families read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from charter.corrections import CorrectionRow, row_of
from charter.pages import PrisonPage
from charter.parts import Hold, Source
from charter.places import page_of
from charter.reading import Reader
from flows.assembling import Told


@dataclass(frozen=True)
class Corrected:
    """The corrections of some prisons, and the words in them that are held for a person."""

    rows: tuple[CorrectionRow, ...]
    holds: tuple[Hold, ...]

    def held_beside(self, pages: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """What is held here and on none of these pages: the reason of an edition gone by."""
        known = {hold["text"] for page in pages.values() for hold in page.get("holds", ())}
        return [hold.model_dump() for hold in self.holds if hold.text not in known]


def corrected(told: Iterable[Told], pages: Mapping[str, PrisonPage]) -> Corrected:
    """What these returns' pages, by key, were corrected in; a reason is screened as on its page."""
    rows: list[CorrectionRow] = []
    holds: list[Hold] = []
    for one in told:
        if not one.corrections:
            continue
        view = one.on_its_page
        reader, page = Reader([view]), pages[page_of(view)]
        for each in one.corrections:
            source = Source(return_id=one.ref.id, step=each.step)
            where = f"the reason for correction {each.revision} of {page.key}"
            shown = each.taken_down or not view.quiet
            because = reader.shown(each.because if shown else "", where, source)
            rows.append(row_of(page, view.who, source, each, because))
        holds += reader.holds
    return Corrected(tuple(rows), tuple(holds))
