"""Which returns of a quarter somebody looks at, and in what order: as it stands in the address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from charter.returns import State
from charter.waiting import WAITS_WORDS
from charter.words import STATE_WORDS
from providers.overview import Row

A_PAGE = 120
"""Services on one page."""
SORTS: Mapping[str, str] = {
    "prison": "Prison",
    "provider": "Provider",
    "state": "State",
    "late": "Days late, most first",
    "score": "Score, lowest first",
}
VIEWS: Mapping[str, str] = {"returns": "How each return stands", "grid": "Commitment by commitment"}
ANY = "any"
"""What waits for the team at all."""
_ORDER = list(State)
T = TypeVar("T")


@dataclass(frozen=True)
class Pages:
    """Which page of how many is shown, and the addresses of those beside it, if any."""

    number: int
    many: int
    before: str
    after: str


@dataclass(frozen=True)
class Choice:
    """A view, an order and what is left in; all of it, where the address says nothing we know."""

    view: str
    sort: str
    state: str
    provider: str
    waits: str
    page: int

    @classmethod
    def of(cls, asked: QueryParams, rows: Iterable[Row]) -> "Choice":
        """The choice of an address, of what there is to choose."""
        page = asked.get("page", "")
        return cls(
            view=_known(asked.get("view"), VIEWS) or "returns",
            sort=_known(asked.get("sort"), SORTS) or "prison",
            state=_known(asked.get("state"), [state.value for state in State]),
            provider=_known(asked.get("provider"), {row.party for row in rows}),
            waits=_known(asked.get("waits"), [ANY, *WAITS_WORDS]),
            page=int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 1,
        )

    @property
    def is_filtered(self) -> bool:
        """Not every return is left in."""
        return bool(self.state or self.provider or self.waits)

    def address(self, path: str, **other: str) -> str:
        """The address of this choice with something else in it; the first page unless named."""
        said = {
            "view": self.view if self.view != "returns" else "",
            "sort": self.sort if self.sort != "prison" else "",
            "state": self.state,
            "provider": self.provider,
            "waits": self.waits,
            **other,
        }
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{path}?{query}" if query else path

    def chosen(self, rows: Iterable[Row], today: date) -> list[Row]:
        """The returns left in, in the order asked for; those of one rank by prison and provider."""
        left = [row for row in rows if self._lets_in(row)]
        return sorted(left, key=_by(self.sort, today))

    def _lets_in(self, row: Row) -> bool:
        return (
            self.state in ("", row.state)
            and self.provider in ("", row.party)
            and (self.waits in ("", row.waits_for) or (self.waits == ANY and bool(row.waits_for)))
        )

    def page_of(self, rows: list[T], path: str) -> tuple[list[T], Pages]:
        """The rows of the page asked for, or of the last one there is."""
        many = max(1, -(-len(rows) // A_PAGE))
        at = min(max(1, self.page), many)
        before = self.address(path, page=str(at - 1) if at > 2 else "") if at > 1 else ""
        after = self.address(path, page=str(at + 1)) if at < many else ""
        return rows[(at - 1) * A_PAGE : at * A_PAGE], Pages(at, many, before, after)

    def fields(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """The lists to choose from, with what is chosen."""
        providers = sorted({(row.party_name, row.party) for row in rows})
        waits = [(ANY, "Anything"), *((each.value, said) for each, said in WAITS_WORDS.items())]
        states = [(state.value, word.console) for state, word in STATE_WORDS.items()]
        return [
            _list("state", "State", "All states", states, self.state),
            _list("provider", "Provider", "All providers", [(c, n) for n, c in providers],
                  self.provider),
            _list("waits", "Waiting for", "Anything or nothing", waits, self.waits),
            _list("sort", "Sort by", "", SORTS.items(), self.sort),
        ]  # fmt: skip


def _known(said: str | None, known: Iterable[str]) -> str:
    return said if said and said in known else ""


def _by(sort: str, today: date) -> Callable[[Row], Any]:
    keys: dict[str, Callable[[Row], Any]] = {
        "prison": lambda row: (),
        "provider": lambda row: row.party_name,
        "state": lambda row: _ORDER.index(row.state),
        "late": lambda row: -row.days_late(today),
        "score": _score,
    }
    return keys[sort]


def _score(row: Row) -> tuple[bool, float]:
    """Lowest first, and last of all what has no score."""
    return (not row.applicable, (row.fully or 0) / row.applicable if row.applicable else 0)


def _list(
    name: str, label: str, every: str, items: Iterable[tuple[str, str]], chosen: str
) -> dict[str, Any]:
    options = [("", every), *items] if every else list(items)
    return {"name": name, "label": label, "options": options, "chosen": chosen}
