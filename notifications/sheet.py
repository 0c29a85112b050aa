"""The sheet for a prison's noticeboard: one page of A4 in large print, as a tagged PDF."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import segno

from charter.quarters import LONDON
from charter.reading import HELD
from charter.said import Said
from notifications.languages import ENGLISH, Language
from notifications.speaking import Heard, hearing
from notifications.spoken import Part, parts
from notifications.typeset import can_draw, set_in_type
from notifications.unmarked import unmarked

Page = Mapping[str, Any]

TEMPLATE = Path(__file__).parent / "templates" / "spoken" / "sheet.typ"
LONGEST = 400
"""Characters of one item; what is longer would fill a sheet by itself, and is left to the page."""
MORE = Said("There is more on the page.")
READ = Said("Read it all, with a phone or a computer:")
ELSEWHERE = Said("Read it all on the page for this prison, on the families’ site.")
SQUARE = Said("Square code that leads to {where}", where="")
"""What stands for the code where it is read aloud."""


def can_set(page: Page, language: Language) -> bool:
    """Whether the sheet can say all of its own in a language, in letters that its fonts have."""
    own = [part.text for part in parts("sheet.jinja", page, language, held=HELD) if not part.rank]
    with hearing(Heard()) as heard:
        says = [unmarked(language).gettext(one) for one in (MORE, READ, ELSEWHERE, SQUARE.says)]
    return bool(own) and not heard.ours and all(map(can_draw, "".join([*own, *says])))


def sheet(page: Page, where: str, language: Language = ENGLISH) -> bytes:
    """The sheet of a prison's page, with a square code where the page's address `where` is known.

    What does not fit is left out whole, and the sheet says that there is more. The same page,
    address and language, one that `can_set`, give the same bytes.
    """
    every = parts("sheet.jinja", page, language, held=HELD)
    fit, says = _fitting(every), unmarked(language)
    order = sorted(range(len(fit)), key=lambda i: fit[i].rank)
    place = {i: n for n, i in enumerate(order)}
    data = {
        "lang": language.locale.language,
        "region": language.locale.territory or "",
        "title": f"{page['site_name']}, {says.filters['ours'](page['quarter_words'])}",
        "parts": [
            {"order": place[i], "style": part.style, "text": part.text}
            for i, part in enumerate(fit)
        ],
        "least": sum(part.rank == 0 for part in fit),
        "cut": len(fit) < len(every),
        "square": _square(where) if where else [],
        "where": where,
        "more": says.gettext(MORE),
        "read": says.gettext(READ if where else ELSEWHERE),
        "square_leads": says.gettext(SQUARE.says).format(where=where),
    }
    return set_in_type(TEMPLATE, data, _made_at(page))


def _fitting(every: Sequence[Part]) -> list[Part]:
    """What is short enough for a sheet, and in letters that its fonts can draw.

    What stands under something else goes with it; help, the place and the notices stand anyhow.
    """
    found, stands = [], True
    for part in every:
        fits = len(part.text) <= LONGEST and all(map(can_draw, part.text))
        under = part.style == "under"
        if part.rank == 0 or (fits and (stands or not under)):
            found.append(part)
        stands = stands if under else fits
    return found


def _square(where: str) -> list[list[int]]:
    """The code's modules, 1 where it is dark, with the quiet zone that readers need."""
    code = segno.make(where, micro=False, error="m")
    return [list(row) for row in code.matrix_iter(border=4)]


def _made_at(page: Page) -> datetime:
    """Noon in London on the newest day that anything here was published, or the quarter told."""
    days = [str(one["published_on"]) for one in page["accounts"] if one["published_on"]]
    day = max(days, default="")
    if not day:
        return datetime(int(page["quarter"][:4]), 1, 1, tzinfo=UTC)
    return datetime.combine(datetime.fromisoformat(day).date(), time(12), LONDON)
