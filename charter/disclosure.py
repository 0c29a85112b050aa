"""What may be said of people in public: small counts withheld, telling text held back.

Counts of organisations, prisons and commitments are not counts of people, and never pass here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

NOT_SHOWN = "not shown, so that nobody can be picked out"


def say_count(people: int, threshold: int) -> str:
    """A count of people in words for the public: nought stays 0, a small one is `fewer than 8`."""
    if people < 0:
        raise ValueError(f"{people} is no count of people")
    return f"fewer than {threshold}" if 0 < people < threshold else str(people)


@dataclass(frozen=True)
class Shown:
    """A table as the public may see it; None is a number that is not shown, whatever its size."""

    parts: dict[str, int | None]
    total: int | None


def suppress(parts: Mapping[str, int], threshold: int) -> Shown:
    """A table of counts of people with its total, made safe: no number left out can be worked out.

    A small part is left out, and a second one with it, so that taking the rest from the total
    tells nothing. If that is not enough only the total is shown, and no number at all when the
    total is small or would mean one person to each part. What is left out looks the same whether
    it is small or not. Two tables that share people are not made safe against each other.
    ValueError for a threshold under 3, which hides nothing, and for negative counts.
    """
    if threshold < 3 or any(count < 0 for count in parts.values()):
        raise ValueError("counts of people are nought or more, and the threshold is at least 3")
    counts, total = list(parts.values()), sum(parts.values())
    hidden = _left_out(counts, threshold)
    if 0 < total < threshold:
        return Shown(dict.fromkeys(parts), None)
    if hidden and not all(_could_be_other(at, hidden, counts, threshold) for at in hidden):
        return Shown(dict.fromkeys(parts), total if total > len(parts) else None)
    return Shown(
        {
            name: None if place in hidden else count
            for place, (name, count) in enumerate(parts.items())
        },
        total,
    )


def _left_out(counts: Sequence[int], threshold: int) -> set[int]:
    """The places of the small counts; of the largest count too, where there is only one small."""
    small = {place for place, count in enumerate(counts) if 0 < count < threshold}
    if len(small) == 1:
        others = [place for place, count in enumerate(counts) if count and place not in small]
        small |= {max(others, key=lambda place: counts[place])} if others else set()
    return small


def _could_be_other(place: int, hidden: set[int], counts: Sequence[int], threshold: int) -> bool:
    """Whether one person more or fewer here, and one fewer or more there, would look the same."""
    for other in hidden - {place}:
        for step in (1, -1):
            moved = list(counts)
            moved[place] += step
            moved[other] -= step
            if min(moved[place], moved[other]) > 0 and _left_out(moved, threshold) == hidden:
                return True
    return False


@dataclass(frozen=True)
class Finding:
    """Something in a text that may identify a person; shown only to whoever may release it."""

    kind: str
    excerpt: str


_APART = r"[\s.\-–]{0,2}"
_TEN_DIGITS = re.compile(rf"(?<!\d)\d{{3}}{_APART}\d{{3}}{_APART}\d{{4}}(?!\d)")
_PRISON_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]\d{4}[A-Za-z]{2}|[A-Z][ -]?\d{4}[ -]?[A-Z]{2})(?![A-Za-z0-9])"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"(?<!\d)(?:"
    r"\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?(?P<a>\d{4}|\d{2})"
    r"|(?P<b>\d{4})-\d{1,2}-\d{1,2}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(?P<c>\d{{4}})"
    rf"|{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?P<d>\d{{4}})"
    r")(?!\d)",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|birth|birthday|dob|d\.o\.b)\b", re.IGNORECASE)
_CHILD_OF = 2012
"""A full date in an earlier year is more likely somebody's birth than anything in a return."""


def screen(text: str) -> list[Finding]:
    """What a human must look at before this text is public; an empty list is no promise."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return [*_nhs_numbers(plain), *_prison_numbers(plain), *_births(plain)]


def is_nhs_number(digits: str) -> bool:
    """Ten digits whose last is the modulus 11 check digit of the other nine."""
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    rest = sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - rest) % 11 == int(digits[9])


def _nhs_numbers(text: str) -> Iterator[Finding]:
    for found in _TEN_DIGITS.finditer(text):
        if is_nhs_number(re.sub(r"[^0-9]", "", found[0])):
            yield Finding("NHS number", found[0])


def _prison_numbers(text: str) -> Iterator[Finding]:
    for found in _PRISON_NUMBER.finditer(text):
        yield Finding("prison number", found[0])


def _births(text: str) -> Iterator[Finding]:
    """A date near a word of birth, or one too long ago to be about the service."""
    for found in _DATE.finditer(text):
        year = int(next(part for part in found.groups() if part))
        if year < 100:
            year += 1900 if year > 40 else 2000
        near = text[max(0, found.start() - 40) : found.end() + 20]
        if year < _CHILD_OF or _BIRTH.search(near):
            yield Finding("date of birth", found[0])
