"""The bank holidays of England and Wales, as GOV.UK lists them, read into a calendar."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from charter.plainly import sentence
from charter.quarters import Calendar, say

DIVISION = "england-and-wales"
GOV_UK = "https://www.gov.uk/bank-holidays.json"
LAST_YEAR = 2100
FEWEST = 8
"""No year since 1978 has had fewer bank holidays in England and Wales."""


class _Event(BaseModel):
    title: Annotated[str, Field(min_length=1)]
    date: date


class _Division(BaseModel):
    events: Annotated[list[_Event], Field(min_length=1)]


class _Listed(BaseModel):
    """What GOV.UK itself publishes."""

    division: Annotated[_Division, Field(alias=DIVISION)]


class _Known(_Listed):
    source: Annotated[str, Field(min_length=1)]
    read_on: date
    since: date
    horizon: date

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.since > self.horizon:
            raise ValueError("the list ends before it begins; put since and horizon right")
        if self.horizon.year > LAST_YEAR:
            raise ValueError(f"nobody knows holidays after {LAST_YEAR}; put the horizon right")
        days = [event.date for event in self.division.events]
        seen: set[date] = set()
        for day in days:
            if not self.since <= day <= self.horizon:
                raise ValueError(f"{day} lies outside {self.since} to {self.horizon}")
            if day in seen:
                raise ValueError(f"{day} is listed twice; take one out")
            seen.add(day)
        self._whole_years(days)
        return self

    def _whole_years(self, days: list[date]) -> None:
        """A year that is said to be known has its holidays; a part of one cannot be told."""
        known = Counter(day.year for day in days)
        for year in range(self.since.year, self.horizon.year + 1):
            whole = self.since <= date(year, 1, 1) and date(year, 12, 31) <= self.horizon
            found = known[year]
            if whole and found < FEWEST:
                few = f"only {found} bank holidays are" if found > 1 else "one bank holiday is"
                raise ValueError(
                    f"{few if found else 'no bank holiday is'} listed for {year}, and there are "
                    f"{FEWEST} or more in a year; list them all, or leave {year} out"
                )


def read_holidays(json_text: str) -> Calendar:
    """The calendar in a JSON text: GOV.UK's `england-and-wales` inside our own envelope.

    The envelope says the `source`, the day it was `read_on`, and the first (`since`) and last
    (`horizon`) day on which every bank holiday is known. A ValueError says what is wrong.
    """
    try:
        known = _Known.model_validate_json(json_text, strict=True)
    except ValidationError as error:
        raise _unusable(error) from error
    return Calendar(
        holidays={event.date: event.title for event in known.division.events},
        since=known.since,
        horizon=known.horizon,
        source=f"{known.source}, read on {say(known.read_on)}",
        version=str(known.read_on),
    )


def read_any(json_text: str, read_on: date) -> Calendar:
    """The calendar in our own envelope, or in GOV.UK's own file as it was fetched on `read_on`.

    GOV.UK lists whole years: from the first it names to the last, every holiday is known.
    """
    data = _plain(json_text)
    if isinstance(data, dict) and data.keys() & _Known.model_fields.keys():
        return read_holidays(json_text)
    try:
        listed = _Listed.model_validate_json(json_text, strict=True)
    except ValidationError as error:
        raise _unusable(error) from error
    years = [event.date.year for event in listed.division.events]
    envelope = {
        "source": GOV_UK,
        "read_on": str(read_on),
        "since": f"{min(years)}-01-01",
        "horizon": f"{max(years)}-12-31",
        DIVISION: data[DIVISION],
    }
    return read_holidays(json.dumps(envelope))


def written(calendar: Calendar) -> str:
    """A calendar as our own envelope, the same text for the same calendar."""
    read_on = calendar.version[:10]
    events = [{"title": name, "date": str(day)} for day, name in sorted(calendar.holidays.items())]
    envelope = {
        "source": calendar.source.removesuffix(f", read on {say(date.fromisoformat(read_on))}"),
        "read_on": read_on,
        "since": str(calendar.since),
        "horizon": str(calendar.horizon),
        DIVISION: {"division": DIVISION, "events": events},
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2) + "\n"


def following(new: Calendar, before: Calendar, today: date, needed: date) -> Calendar:
    """The list to go by once `new` is taken up after `before`: what came earlier stays known.

    `needed` is the last day that an open quarter counts on. A ValueError with the mend where the
    new list knows less than the one in force about days that were counted already.
    """
    if new.version[:10] > str(today):
        raise ValueError(f"the list says that it was read on {new.version[:10]}, which is to come")
    if new.version < before.version[:10]:
        raise ValueError(
            f"this list was read on {new.version}, and the one in force later, on "
            f"{before.version[:10]}; fetch a newer one from {GOV_UK}"
        )
    if new.since > before.horizon + timedelta(days=1):
        raise ValueError(
            f"this list begins on {say(new.since)}, and the one in force ends on "
            f"{say(before.horizon)}; give a list without a gap between them"
        )
    if new.horizon < min(needed, before.horizon):
        raise ValueError(
            f"this list ends on {say(new.horizon)}, and an open quarter counts on to "
            f"{say(needed)}; give a list that reaches at least so far"
        )
    for day, name in sorted(before.holidays.items()):
        if new.since <= day <= today and day not in new.holidays:
            raise ValueError(
                f"this list has no holiday on {say(day)} ({name}), which is past and was counted "
                "as one; put it back, a date that has been does not change"
            )
    earlier = {day: name for day, name in before.holidays.items() if day < new.since}
    return replace(new, holidays={**earlier, **new.holidays}, since=min(new.since, before.since))


def added(before: Calendar, after: Calendar) -> dict[date, str]:
    """The holidays of `after` that `before` did not have on a day it knew, weekends left out."""
    return {
        day: name
        for day, name in sorted(after.holidays.items())
        if day not in before.holidays
        and day.weekday() < 5
        and before.since <= day <= before.horizon
    }


def removed(before: Calendar, after: Calendar) -> dict[date, str]:
    """The holidays of `before` that `after` knows to be none, weekends left out."""
    return added(after, before)


def _plain(json_text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(json_text)
    except (ValueError, RecursionError):
        return None


def _unusable(error: ValidationError) -> ValueError:
    return ValueError(sentence("the list of bank holidays cannot be used", error))
