"""Every promise made in a region: its first date, each slip and why, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from markupsafe import Markup
from sqlmodel import Session
from starlette.datastructures import QueryParams
from starlette.responses import Response

from charter.actions import Promise, Slip
from charter.commitments import CharterFile
from charter.keeping import OUTCOME_WORDS, Outcome
from charter.policy import Anchor, Policy
from charter.quarters import london_date, say
from charter.rungs import rung_words
from portal.console import regions, sheets
from portal.console.choosing import Pages
from portal.console.lines import column, glyph
from portal.console.regions import Room
from portal.console.sheets import Sheet
from portal.doors import SignedIn, Visit
from providers import cycles, keeping
from providers.keeping import Counted, Line

router = APIRouter(prefix="/console/regions/{region}/actions")
HERE, PAGE = "/actions", 50
HEAD = [
    column("Promise"),
    column("Prison and provider"),
    column("First promised"),
    column("Moved"),
    column("Now"),
]
COLUMNS = (
    *("region", "site", "site_name", "provider", "provider_name", "commitment", "promise"),
    *("owner", "asked_by_families", "first_promised", "promised_now", "times_moved"),
    *("moves_and_reasons", "outcome", "last_told_on", "taken_over", "action_id", "return_id"),
)


@dataclass(frozen=True)
class Promised:
    """A region's promises counted, what the address asks for, and the rules they are told by."""

    room: Room
    today: date
    counted: Counted
    options: Mapping[str, list[tuple[str, str]]]
    asked: Mapping[str, str]
    charter: CharterFile
    policy: Policy

    @property
    def path(self) -> str:
        """Where the page is."""
        return self.room.path + HERE

    def address(self, below: str = "", **other: str) -> str:
        """The address of this choice with something else in it; the first page unless named."""
        query = urlencode({name: said for name, said in {**self.asked, **other}.items() if said})
        return f"{self.path}{below}?{query}" if query else f"{self.path}{below}"

    def commitment(self, name: str) -> str:
        """A commitment's id with its short name, where the Charter in force has it."""
        known = {one.id: one.short for one in self.charter.commitments}
        return f"{name} {known[name]}" if name in known else name

    def lines(self, session: Session, part: tuple[int, int] | None = None) -> list[Line]:
        """The promises that the address asks for, or a part of them."""
        return keeping.lines(session, self.room.code, self.today, self.asked, part)


def enter(session: Session, visit: Visit, region: str) -> Promised:
    """The promises of a region of the visitor's; NotHere if it is none of theirs."""
    room, today = regions.enter(session, visit, region), london_date(visit.now)
    rules = cycles.rules_for(session, cycles.region_of(session, region))
    options = keeping.options(session, region)
    asked = choice(visit.request.query_params, options)
    return Promised(
        room=room,
        today=today,
        counted=keeping.counted(session, region, today, asked),
        options=options,
        asked=asked,
        charter=rules.charter,
        policy=rules.policy,
    )


def choice(asked: QueryParams, options: Mapping[str, list[tuple[str, str]]]) -> dict[str, str]:
    """What the address leaves in, of what there is to choose."""
    known = {name: {code for code, _ in there} for name, there in options.items()}
    known["outcome"] = {one.value for one in Outcome}
    return {name: v for name, there in known.items() if (v := asked.get(name, "")) in there}


@router.get("", name="actions_page")
def actions_page(region: str, visit: SignedIn) -> Response:
    """How the promises add up, and a page of those that the address asks for."""
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region)
        pages = pages_of(here, visit.request.query_params.get("page", ""))
        shown = here.lines(session, ((pages.number - 1) * PAGE, PAGE))
        told = keeping.told(session, shown)
    counted = here.counted
    return regions.show(
        visit,
        here.room,
        "console/actions.html",
        here=HERE,
        wide=True,
        counts=[
            (word, counted.by_outcome[one], here.address(outcome=one.value))
            for one, word in OUTCOME_WORDS.items()
        ],
        many=counted.many,
        chosen=counted.chosen,
        filtered=bool(here.asked),
        path=here.path,
        kept=counted.kept,
        rungs=[rung_words(r) for r in here.policy.rung if r.anchor is Anchor.PROMISED],
        fields=fields(here),
        head=HEAD,
        table=[cells(line, told[line.id], here) for line in shown],
        pages=pages,
        sheet={kind: here.address(f"/promises.{kind}") for kind in sheets.KINDS},
        notice=here.charter.notice if here.charter.is_working else "",
    )


@router.get("/promises.csv", name="promises_csv")
def promises_csv(region: str, visit: SignedIn) -> Response:
    """The promises that the address asks for, all pages of them, for a spreadsheet."""
    return _sheet(region, visit, "csv")


@router.get("/promises.xlsx", name="promises_xlsx")
def promises_xlsx(region: str, visit: SignedIn) -> Response:
    """The same as a workbook."""
    return _sheet(region, visit, "xlsx")


def _sheet(region: str, visit: Visit, kind: str) -> Response:
    with visit.desk.database.reading() as session:
        here = enter(session, visit, region)
        chosen = here.lines(session)
        told = keeping.told(session, chosen)
    rows = [as_row(line, told[line.id].slips, region) for line in chosen]
    return sheets.answer(Sheet(COLUMNS, rows, "Promises"), kind, f"{region}-promises")


def as_row(line: Line, slips: Iterable[Slip], region: str) -> dict[str, object]:
    """A promise as a row of a sheet."""
    moves = list(slips)
    return {
        "region": region,
        "site": line.site,
        "site_name": line.site_name,
        "provider": line.party,
        "provider_name": line.party_name,
        "commitment": line.commitment,
        "promise": line.title,
        "owner": line.owner,
        "asked_by_families": bool(line.request),
        "first_promised": line.first_due,
        "promised_now": line.due,
        "times_moved": len(moves),
        "moves_and_reasons": "; ".join(f"{was} to {now}: {why}" for was, now, why in moves),
        "outcome": OUTCOME_WORDS[line.outcome].console,
        "last_told_on": line.told_on,
        "taken_over": line.handed,
        "action_id": line.id,
        "return_id": line.return_id,
    }


def pages_of(here: Promised, asked: str) -> Pages:
    """The page asked for, or the last one there is, with the way to the pages beside it."""
    many = max(1, -(-here.counted.chosen // PAGE))
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    at = min(max(1, number), many)
    before = here.address(page=str(at - 1)) + "#promises" if at > 1 else ""
    after = here.address(page=str(at + 1)) + "#promises" if at < many else ""
    return Pages(at, many, before, after)


def fields(here: Promised) -> list[dict[str, Any]]:
    """The lists to choose from, with what is chosen."""
    commitments = [(code, here.commitment(code)) for code, _ in here.options["commitment"]]
    lists = {
        "outcome": ("State", [(one.value, word.console) for one, word in OUTCOME_WORDS.items()]),
        "provider": ("Provider", _named(here.options["provider"])),
        "prison": ("Prison", _named(here.options["prison"])),
        "commitment": ("Commitment", _named(commitments)),
    }
    return [
        {"name": name, "label": label, "options": options, "chosen": here.asked.get(name, "")}
        for name, (label, options) in lists.items()
    ]


def _named(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(pairs), key=lambda pair: pair[::-1])


def cells(line: Line, promise: Promise, here: Promised) -> list[str | Markup]:
    """A promise as a row of the page."""
    return [
        _what(line, here),
        Markup("<bdi>{}</bdi>, <bdi>{}</bdi>{}").format(
            line.site_name, line.party_name, " (took it over)" if line.handed else ""
        ),
        say(line.first_due),
        _moves(promise.slips),
        _now(line, promise),
    ]


def _what(line: Line, here: Promised) -> Markup:
    """The promise, leading to the return that spoke of it last."""
    asked = Markup('<span class="app-quiet">Families asked for it</span>') if line.request else ""
    return Markup(
        '<a href="/console/returns/{}">{}</a> '
        '<span class="app-quiet">{}</span> <span class="app-quiet">Owner: {}</span> {}'
    ).format(line.return_id, line.title, here.commitment(line.commitment), line.owner, asked)


def _moves(slips: Iterable[Slip]) -> Markup:
    """Each slip of its date with the reason; a dash where there is none."""
    said = [
        Markup('<span class="app-slip">To {}: {}</span>').format(say(now), why or "–")
        for _, now, why in slips
    ]
    return Markup(" ").join(said) or Markup("–")


def _now(line: Line, promise: Promise) -> Markup:
    """What became of it, as a tag with its shape, and the date or the reason that goes with it."""
    word = OUTCOME_WORDS[line.outcome]
    tag = Markup('<strong class="nhsuk-tag {}">{} {}</strong>').format(
        word.tag, glyph(word.shape), word.console
    )
    if line.outcome in (Outcome.OVERDUE, Outcome.OPEN):
        return tag + Markup(' <span class="app-quiet">Due {}</span>').format(say(line.due))
    reason = promise.changes[-1].reason if promise.changes else ""
    why = reason if line.outcome in (Outcome.NOT_DONE, Outcome.WITHDRAWN) else ""
    said = f"Told on {say(line.told_on)}" + (f": {why}" if why else "")
    return tag + Markup(' <span class="app-quiet">{}</span>').format(said)
