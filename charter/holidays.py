"""The bank holidays of England and Wales, as GOV.UK lists them, read into a calendar."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from charter.plainly import sentence
from charter.quarters import Calendar


class _Event(BaseModel):
    title: Annotated[str, Field(min_length=1)]
    date: date


class _Division(BaseModel):
    events: list[_Event]


class _Known(BaseModel):
    source: Annotated[str, Field(min_length=1)]
    read_on: date
    since: date
    horizon: date
    division: Annotated[_Division, Field(alias="england-and-wales")]

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.since > self.horizon:
            raise ValueError("the list ends before it begins; put since and horizon right")
        days = [event.date for event in self.division.events]
        for day in days:
            if not self.since <= day <= self.horizon:
                raise ValueError(f"{day} lies outside {self.since} to {self.horizon}")
            if days.count(day) > 1:
                raise ValueError(f"{day} is listed twice; take one out")
        for year in range(self.since.year, self.horizon.year + 1):
            if not any(day.year == year for day in days):
                raise ValueError(f"no bank holiday is listed for {year}; bring the horizon nearer")
        return self


def read_holidays(json_text: str) -> Calendar:
    """The calendar in a JSON text: GOV.UK's `england-and-wales` inside our own envelope.

    The envelope says the `source`, the day it was `read_on`, and the first (`since`) and last
    (`horizon`) day on which every bank holiday is known. A ValueError says what is wrong.
    """
    try:
        known = _Known.model_validate_json(json_text, strict=True)
    except ValidationError as error:
        raise ValueError(sentence("the list of bank holidays cannot be used", error)) from error
    return Calendar(
        holidays={event.date: event.title for event in known.division.events},
        since=known.since,
        horizon=known.horizon,
        source=f"{known.source}, read on {known.read_on}",
    )
