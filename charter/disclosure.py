"""Numbers and dates in a text that stand for one person; such text is held for a human."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass


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
_BORN = re.compile(
    rf"\bborn\s(?:in\s)?(?:{_MONTH}\s)?(?:19|20)\d\d\b"
    rf"|\b(?:birthday|birth|born)\b[^.!?\n]{{0,20}}?\b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b"
    r"(?!,?\s\d{4})"
    r"|\b(?:dob|d\.o\.b\.?|date\sof\sbirth|born)(?!\w)[^\d\n.!?]{0,15}"
    r"(?:\d{6}|\d{8}|[0-3]?\d\s[01]?\d\s(?:\d{4}|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s[’']?\d\d)(?!\d)",
    re.IGNORECASE,
)
"""A year of birth, a birthday without its year, or a date of birth written as on a form."""
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
    for found in _BORN.finditer(text):
        yield Finding("date of birth", found[0])
