"""A sentence of ours that remembers its places, so that it can be said in another language."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
    model_validator,
)

from charter.policy import Frozen
from charter.quarters import Quarter, say

Place = str | int | date | Quarter | tuple[str, ...]
"""What can stand in a sentence: a name or words, a number, a day, a quarter, or several of one."""


class Said(str):
    """The English of a sentence, which is text as any other, with what it was made of beside it.

    `says` is the sentence with `{places}`, and `many` the same for more than one; `places` are
    what stands in each. Babel finds both in the source, so they are written out where it is said.
    """

    says: str
    many: str
    places: Mapping[str, Place]

    def __new__(cls, says: str, /, **places: Place) -> Self:
        """A sentence, said in English with each place filled; ours when it has none too."""
        return cls._of(says, "", places)

    @classmethod
    def counted(cls, one: str, many: str, /, *, n: int, **places: Place) -> Self:
        """A sentence about `n` of something, from how it is said of one and of many."""
        return cls._of(one, many, {"n": n, **places})

    @classmethod
    def together(cls, *sentences: str) -> str:
        """Sentences that follow one another; of one alone, itself."""
        told = [one for one in sentences if one]
        if len(told) == 1:
            return told[0]
        names = [f"part{number}" for number, _ in enumerate(told)]
        says = " ".join(f"{{{name}}}" for name in names)
        return cls._of(says, "", dict(zip(names, told, strict=True)))

    @classmethod
    def _of(cls, says: str, many: str, places: Mapping[str, Place]) -> Self:
        shown = {name: english(place) for name, place in places.items()}
        pattern = many if many and places["n"] != 1 else says
        made = super().__new__(cls, pattern.format(**shown) if places else says)
        made.says, made.many, made.places = says, many, dict(places)
        return made

    @property
    def data(self) -> dict[str, Any]:
        """What it was made of, as plain data."""
        many = {"many": self.many} if self.many else {}
        places = {name: _data(place) for name, place in self.places.items()}
        return {"says": self.says, **many, "places": places}


def english(place: Place) -> str:
    """What stands in a place, in English."""
    if isinstance(place, date):
        return say(place)
    if isinstance(place, Quarter):
        return place.in_words
    return ", ".join(place) if isinstance(place, tuple) else str(place)


def _data(place: Place) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(place, Said):
        return place.data
    if isinstance(place, date):
        return {"day": place.isoformat()}
    if isinstance(place, Quarter):
        return {"quarter": str(place)}
    return {"all": [_data(one) for one in place]} if isinstance(place, tuple) else place


def _kept(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401
    return value if isinstance(value, Said) else handler(value)


Saying = Annotated[str, WrapValidator(_kept)]
"""Text that may be a sentence of ours, kept with its places until it is frozen."""


def sayings(value: object) -> dict[str, dict[str, Any]]:
    """What every sentence with places was made of, by its English, through data of any depth."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(value, Said):
        return {str(value): value.data} if value.places else {}
    for part in _parts(value):
        found |= sayings(part)
    return found


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, BaseModel):
        return value.__dict__.values()
    return value if isinstance(value, tuple | list) else ()


class Telling(Frozen):
    """A page's data: frozen, it holds what its sentences were made of as `said`, by their English.

    The sentences themselves stay where they are, as plain English.
    """

    @model_validator(mode="before")
    @classmethod
    def _without_sayings(cls, data: Any) -> Any:  # noqa: ANN401
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if name != "said"}
        return data

    @model_serializer(mode="wrap")
    def _with_sayings(self, handler: Any) -> dict[str, Any]:  # noqa: ANN401
        data: dict[str, Any] = handler(self)
        found = sayings(self)
        return {**data, "said": found} if found else data
