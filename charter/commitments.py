"""The commitments that a return answers, read from a Charter file of any length and wording."""

import tomllib
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from charter.plainly import sentence, strictly
from charter.policy import Frozen

Said = Annotated[str, Field(min_length=1)]


class Commitment(Frozen):
    """One commitment: its name, its words for families, and what keeping it looks like in practice.

    A score is capped when an `essential` one is not met, or is called fully met on evidence older
    than `evidence_months`. An `organisation_wide` one is usually answered alike for every prison.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9.-]{0,11}$")]
    short: Said
    text: Said
    means: str = ""
    essential: bool
    organisation_wide: bool = False
    evidence_months: Annotated[int, Field(ge=1, le=120)] = 12


class CharterFile(Frozen):
    """One version of the Charter; while its wording is `working`, `notice` says so everywhere."""

    id: Said
    title: Said
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]
    wording_status: Literal["working", "official"]
    notice: str = ""
    official_url: str = ""
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
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        """The commitments' ids, in the Charter's order."""
        return tuple(commitment.id for commitment in self.commitments)

    @property
    def is_working(self) -> bool:
        """The words are ours for the time being, not the Charter's own."""
        return self.wording_status == "working"

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
    except ValueError as error:
        raise ValueError(f"the Charter file cannot be read as TOML: {error}") from error
