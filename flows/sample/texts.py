"""The words of the invented region: what its people answered, promised, asked and replied."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from charter.answers import ActionLine, Answer, Evidence, MeasureAnswer, RequestReply
from charter.commitments import CharterFile, Measure
from charter.quarters import Quarter
from providers.practices import NAMES, Telling

BOOKS = {"avon": "avon", "brook": "brook", "clyde": "clyde", "sample-commissioning": "team"}
WAVES = {
    "march": date(2026, 2, 20),
    "june": date(2026, 6, 3),
    "september": date(2026, 9, 3),
    "late": date(2026, 9, 22),
}
"""When the requests of a wave were heard."""
HEARD = "The report “1,500 Voices”, in our own words"
ASKED = "asked"
"""In a book, what a prison answers when the commissioner asks a question."""


@dataclass(frozen=True)
class Wish:
    """A request of families to one party; `site` is empty when it concerns all its prisons."""

    id: str
    party: str
    site: str
    commitment: str
    text: str
    source: str
    heard_on: date


@cache
def book(name: str) -> dict[str, Any]:
    """A file of texts, as plain data."""
    text = resources.files("flows").joinpath("sample", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def answer(
    party: str, site: str, quarter: Quarter, commitment: str, *, asked: bool = False
) -> Answer:
    """What a service answers on a commitment: the newest of what its book says up to a quarter."""
    pages = book(BOOKS[party])
    here = pages.get(site, {})
    layers = [pages.get(party, {}), here]
    layers += [here[name] for name in sorted(here) if _is_past(name, quarter)]
    layers += [here.get(ASKED, {})] if asked else []
    told: dict[str, Any] = {}
    for layer in layers:
        told |= layer.get(commitment, {})
    return Answer(
        commitment=commitment,
        rating=told.get("rating", "fully"),
        reason=told.get("because", ""),
        narrative=told["how"],
        public_statement=told["said"],
        evidence=tuple(_evidence(told, quarter, commitment)),
    )


def _is_past(name: str, quarter: Quarter) -> bool:
    return "-Q" in name and Quarter.parse(name) <= quarter


def _evidence(told: dict[str, Any], quarter: Quarter, commitment: str) -> list[Evidence]:
    """The piece shown, if any; one without a date was made in the quarter's last weeks."""
    if "shown" not in told:
        return []
    fresh = quarter.ends - timedelta(days=7 + 2 * sum(commitment.encode()) % 20)
    return [Evidence(title=told["shown"], dated=told.get("dated", fresh))]


def new_actions(party: str, site: str, quarter: Quarter) -> list[ActionLine]:
    """The actions that a service first promises in a quarter."""
    return [
        ActionLine(
            commitment=found["commitment"],
            title=found["title"],
            owner=found["owner"],
            due=found["due"],
            request=f"{found['request']}-{party}" if "request" in found else None,
            practice=found.get("practice"),
        )
        for found in book("actions")["action"]
        if (found["by"], found["site"], found["since"]) == (party, site, str(quarter))
    ]


def moved_on(line: ActionLine, party: str, site: str, quarter: Quarter) -> ActionLine:
    """A promise made earlier, as this quarter's return puts it."""
    for found in book("actions")["action"]:
        if (found["by"], found["site"], found["title"]) == (party, site, line.title):
            return line.model_copy(update=found.get(str(quarter), {}))
    return line


def measures(
    party: str, site: str, charter: CharterFile, *, asked: bool = False
) -> tuple[MeasureAnswer, ...]:
    """What a service counts of all a Charter asks it; what does not apply there is left blank."""
    told = _figures(party, site)
    told |= told.get(ASKED, {}) if asked else {}
    return tuple(_counted(measure, told.get(measure.id)) for _, measure in charter.measures)


def spotlight(party: str, site: str) -> str:
    """What a service says of the families that July to September 2026 looks at."""
    return str(_figures(party, site)["spotlight"])


def _figures(party: str, site: str) -> dict[str, Any]:
    return dict(book("figures").get(party, {}).get(site, {}))


def _counted(measure: Measure, told: date | str | list[int] | None) -> MeasureAnswer:
    """A list is a count; a date says from when, or by when; a word says how far it has come."""
    if isinstance(told, list):
        names = [part.id for part in measure.parts]
        parts = dict(zip(names, told[1:], strict=True))
        return MeasureAnswer(measure=measure.id, whole=told[0], parts=parts)
    plain: dict[str, Any] = {"measure": measure.id}
    if isinstance(told, date):
        by = measure.kind == "progress"
        plain |= {"progress": "by", "by": told} if by else {"collected_from": told}
    elif told:
        plain["progress"] = told
    return MeasureAnswer.model_validate(plain)


def reply(party: str, site: str, request: str) -> RequestReply:
    """What a service replies to a request: its prison's own words, or else its provider's."""
    told = book("requests")[request.removesuffix(f"-{party}")]
    words = next(told[key] for key in (f"{site}-{party}", site, party) if key in told)
    return RequestReply(request=request, answer=words["answer"], words=words["words"])


def practices() -> list[tuple[str, str, str, str, Telling]]:
    """Good practice to be shared: the provider, prison, quarter and commitment, and its words."""
    return [
        (
            told["by"],
            told["site"],
            told["quarter"],
            told["commitment"],
            Telling(**{field: told[field] for field in NAMES}),
        )
        for told in book("practices")["practice"]
    ]


Rang = tuple[date, bool, int]
"""A call to a line for families: its day, whether it was answered, and the minutes waited."""


def in_json(said: Any) -> Any:  # noqa: ANN401 - any data of a book
    """A book's data as a page would send it: dates as `2026-09-12`."""
    if isinstance(said, dict):
        return {key: in_json(one) for key, one in said.items()}
    if isinstance(said, list):
        return [in_json(one) for one in said]
    return said.isoformat() if isinstance(said, date) else said


def wishes(wave: str) -> list[Wish]:
    """The requests that families made in a wave, one for each party asked."""
    return [
        Wish(
            id=f"{name}-{party}",
            party=party,
            site=told.get("site", ""),
            commitment=told["commitment"],
            text=told["text"],
            source=told.get("source", HEARD),
            heard_on=WAVES[wave],
        )
        for name, told in book("requests").items()
        if told["wave"] == wave
        for party in told["to"]
    ]
