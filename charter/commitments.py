"""The commitments that a return answers, read from a Charter file of any length and wording."""

import tomllib
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from charter.plainly import sentence, strictly
from charter.policy import Frozen
from charter.quarters import Quarter

Said = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9.-]{0,11}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
MOST_FIELDS = 60
"""Fields a first return may require: what a lead can fill in between two clinics."""


class Part(Frozen):
    """One part of what a measure counts; the parts of a measure add up to its whole."""

    id: Name
    words: Said


class Measure(Frozen):
    """Something counted, or a step on the way, that shows how a commitment is kept.

    A `count` asks for a whole and for its parts, the first of which is the one hoped for: its
    share of the whole, when it moves by `swing` percentage points or more, is asked about. A
    `progress` asks for yes, no, or the date by which it will be so; never for a patient's record.
    """

    id: Name
    asks: Said
    kind: Literal["count", "progress"] = "count"
    whole: str = ""
    parts: Annotated[tuple[Part, ...], Field(max_length=4)] = ()
    swing: Annotated[int, Field(ge=1, le=100)] = 20

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [part.id for part in self.parts]
        if self.kind == "count" and not (self.whole and len(names) > 1):
            raise ValueError(f"the measure '{self.id}' counts: name its whole, and its parts")
        if self.kind == "progress" and (self.whole or names):
            raise ValueError(f"the measure '{self.id}' asks for progress: it has no whole or parts")
        if len(set(names)) < len(names):
            raise ValueError(f"the measure '{self.id}' has two parts of one id")
        return self

    @property
    def fields(self) -> int:
        """How many fields it asks for."""
        return 1 + len(self.parts)


class Spotlight(Frozen):
    """The families that each quarter looks at in turn, from a first quarter on."""

    starts: Said
    groups: Annotated[tuple[Said, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        Quarter.parse(self.starts)
        return self

    def group(self, quarter: Quarter) -> str:
        """Whose turn it is; empty before the first quarter."""
        return self.groups[turn % len(self.groups)] if (turn := self._turn(quarter)) >= 0 else ""

    def _turn(self, quarter: Quarter) -> int:
        first = Quarter.parse(self.starts)
        return (quarter.year - first.year) * 4 + quarter.number - first.number


class Commitment(Frozen):
    """One commitment: its name, its words for families, and what keeping it looks like in practice.

    A score is capped when an `essential` one is not met, or is called fully met on evidence older
    than `evidence_months`. An `organisation_wide` one is usually answered alike for every prison.
    """

    id: Id
    short: Said
    text: Said
    means: str = ""
    essential: bool
    organisation_wide: bool = False
    evidence_months: Annotated[int, Field(ge=1, le=120)] = 12
    measures: Annotated[tuple[Measure, ...], Field(max_length=3)] = ()

    @property
    def fields(self) -> int:
        """The fields every first return has to fill in here: rating, statement and measures."""
        return 2 + sum(measure.fields for measure in self.measures)


class CharterFile(Frozen):
    """One version of the Charter; while its wording is `working`, `notice` says so everywhere.

    One that is `only_where_adopted` is never asked of a region that has not taken it up.
    """

    id: Said
    title: Said
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]
    wording_status: Literal["working", "official"]
    notice: str = ""
    official_url: str = ""
    only_where_adopted: bool = False
    spotlight: Spotlight | None = None
    commitments: Annotated[tuple[Commitment, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        twice = [one for one in self.ids if self.ids.count(one) > 1]
        if twice:
            raise ValueError(
                f"two commitments have the id '{twice[0]}'; give each an id of its own"
            )
        if self.is_working and not self.notice.strip():
            raise ValueError("working wording needs a notice that says so; write one")
        named = [measure.id for _, measure in self.measures]
        again = [one for one in named if named.count(one) > 1]
        if again:
            raise ValueError(f"two measures have the id '{again[0]}'; give each an id of its own")
        if self.fields > MOST_FIELDS:
            raise ValueError(
                f"a first return would require {self.fields} fields, more than {MOST_FIELDS}: "
                "take out measures or commitments"
            )
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The commitments' ids, in the Charter's order."""
        return tuple(commitment.id for commitment in self.commitments)

    @property
    def is_working(self) -> bool:
        """The words are ours for the time being, not the Charter's own."""
        return self.wording_status == "working"

    @property
    def measures(self) -> tuple[tuple[Commitment, Measure], ...]:
        """Every measure with the commitment it belongs to, in the Charter's order."""
        return tuple((one, measure) for one in self.commitments for measure in one.measures)

    @property
    def fields(self) -> int:
        """How many fields every first return has to fill in; reasons come on top, where owed."""
        spotlight = 1 if self.spotlight else 0
        return spotlight + sum(commitment.fields for commitment in self.commitments)

    def find(self, commitment_id: str) -> Commitment:
        """The commitment of that id; KeyError if this version has none."""
        for commitment in self.commitments:
            if commitment.id == commitment_id:
                return commitment
        raise KeyError(f"Charter {self.version} has no commitment '{commitment_id}'")


def read_charter(toml_text: str) -> CharterFile:
    """A Charter version from the text of its TOML file; a ValueError says what is wrong with it."""
    try:
        return strictly(CharterFile, tomllib.loads(toml_text))
    except ValidationError as error:
        raise ValueError(sentence("the Charter file cannot be used", error)) from error
    except RecursionError:
        raise ValueError("the Charter file cannot be read: brackets in brackets") from None
    except ValueError as error:
        raise ValueError(f"the Charter file cannot be read as TOML: {error}") from error
