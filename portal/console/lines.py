"""Returns in words, a row each: how it stands, and how each commitment was rated."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from markupsafe import Markup

from charter.commitments import CharterFile
from charter.steps import Rating
from charter.waiting import CHECKED_WORDS, WAITS_WORDS, Waits
from charter.words import BAND_WORDS, RATING_WORDS, STATE_WORDS, Shape
from providers import standings
from providers.overview import Row

GLYPHS: Mapping[Shape, str] = {
    "full": "●", "half": "◐", "empty": "○", "cross": "✕", "dash": "–", "clock": "◷",
}  # fmt: skip
SHORT: Mapping[Rating, str] = {
    Rating.FULLY: "Fully",
    Rating.PARTLY: "Partly",
    Rating.NOT_MET: "Not met",
    Rating.NOT_APPLICABLE: "N/A",
}
Head = list[dict[str, Any]]
NOTHING = "–"


def column(text: str, *, numeric: bool = False, label: str = "") -> dict[str, Any]:
    """A heading; `label` is what stands beside each cell on a small screen, where it is another."""
    return {"text": text, "numeric": numeric, "label": label}


RETURNS: Head = [
    column("Prison"),
    column("Provider"),
    column("State"),
    column("Days late", numeric=True),
    column("Score"),
    column("Band"),
    column("Checked"),
    column("Approvals", numeric=True),
    column("Next step"),
]


def place(row: Row) -> Markup:
    """The prison, leading to the return's own page."""
    return Markup('<a href="/console/returns/{}">{}</a>').format(row.id, row.place)


def score_words(row: Row) -> str:
    """`5 of 8 fully met`; a dash until it is signed."""
    if row.fully is None:
        return NOTHING
    return f"{row.fully} of {row.applicable} fully met" if row.applicable else "Nothing to assess"


def needs(row: Row) -> str:
    """What the return waits for from the region's team; empty when nothing."""
    return WAITS_WORDS[Waits(row.waits_for)] if row.waits_for else ""


def approvals_words(row: Row, approvals: int) -> str:
    """How many have approved of how many who must, or that it is published."""
    if row.published and not row.approvals:
        return "Published"
    return f"{row.approvals} of {approvals}"


def returns(
    rows: Iterable[Row], today: date, approvals: int, *, still: bool
) -> list[list[str | Markup]]:
    """The table's cells; `still` where all of it is paused, so that no row need say it."""
    return [
        [
            place(row),
            row.party_name,
            state(row, still=still),
            str(row.days_late(today) or NOTHING),
            score_words(row),
            BAND_WORDS[row.band].console if row.band else NOTHING,
            CHECKED_WORDS[row.checked],
            approvals_words(row, approvals),
            needs(row) or NOTHING,
        ]
        for row in rows
    ]


def state(row: Row, *, still: bool) -> Markup:
    """The state as a tag with its shape, and what else must be seen with it."""
    word = STATE_WORDS[row.state]
    said = Markup('<strong class="nhsuk-tag {}">{} {}</strong>').format(
        word.tag, glyph(word.shape), word.console
    )
    if row.unreachable:
        said += Markup('<span class="app-flag">Contact list failing</span>')
    if row.paused and not still:
        said += Markup('<span class="app-flag">Paused</span>')
    return said


def glyph(shape: Shape) -> Markup:
    """A shape for the eye; the words beside it say the same."""
    return Markup('<span aria-hidden="true">{}</span>').format(GLYPHS[shape])


def grid_head(charter: CharterFile) -> Head:
    """Prison and provider, state, and each commitment by its id; in full on a small screen."""
    return [
        column("Prison"),
        column("Provider"),
        column("State"),
        *(column(c.id, label=f"{c.id} {c.short}") for c in charter.commitments),
    ]


def grid(rows: Iterable[Row], charter: CharterFile) -> list[list[str | Markup]]:
    """The grid's cells: the rating in force, and the provider's own where it was changed."""
    said: dict[tuple[Rating, Rating], Markup] = {}
    found = []
    for row in rows:
        rated = standings.ratings_of(row.ratings)
        for pair in rated.values():
            said.setdefault(pair, rating(*pair))
        cells = [said[rated[c]] if c in rated else Markup(NOTHING) for c in charter.ids]
        word = STATE_WORDS[row.state]
        how = Markup("{} {}").format(glyph(word.shape), word.console)
        found.append([place(row), row.party_name, how, *cells])
    return found


def rating(own: Rating, held: Rating) -> Markup:
    """A rating by shape and word; where the commissioner changed it, what the provider said."""
    word = Markup('<span class="app-rated">{} {}</span>').format(
        glyph(RATING_WORDS[held].shape), SHORT[held]
    )
    if own is held:
        return word
    return word + Markup('<span class="app-rated__own">they said {}</span>').format(SHORT[own])
