"""What a person looks at before families read it: a possible name, a few people, a death."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from charter.disclosure import Finding, screen

NAME, FEW, DEATH = "possible name", "small number of people", "death or self-harm"

INSTITUTIONS = frozenset(
    """A Access Adult Advice Advocacy Agency All An April Arabic Area August Bengali Board British
    Call Card Care Carer Carers Catholic Centre Chaplain Chaplaincy Charity Charter Christian
    Christmas Clinic Clinical Coffee Commissioner Commissioners Committee Community Consent
    Council Custody Day December Dental Deputy Desk Director Each Easter Eid Engagement England
    English Equality Every Families Family Farsi February First Forum Foundation Friday Friends
    Further General Governor Group Guide Gujarati Gypsy Head Health Healthcare Helpline Hindu
    Home Hospital Hour House Human Inclusion Information January Jewish July June Justice
    Language Lead Learning Liaison Line Link Listen Listening Local London Manager Managers
    March Matron May Medical Medicines Meeting Mental Ministry Monday Muslim National Needs
    Network November Nurse Nurses October Office Officer Officers Online Open Our Partner
    Partners Partnership Patient Patients Pentecost Pharmacy Plan Police Polish Portuguese
    Practice Primary Prison Prisoners Prisons Probation Programme Project Public Quality Quarter
    Ramadan Reception Record Regional Representatives Resettlement Rights Roma Royal Rule Safer
    Saturday Secondary Senior September Service Services Sikh Social Somali Spanish Staff
    Standard Statement Sunday Support System Tamil Team Teams The Their This Thursday Traveller
    Travellers Triangle Trust Tuesday Turkish Unit University Urdu Visitor Visitors Visits Wales
    Wednesday Week Welcome Wellbeing Welsh Wing Women Words Work Worker Workers Working Young
    Your
    """.split()  # noqa: SIM905 - a list of this length is read more easily as text
)
"""Words that are written with a capital in returns and name no person."""

_WORD = r"[A-ZÀ-ÖØ-Þ](?:[’'][A-Z])?[a-zà-öø-ÿ’'\-]*[a-zà-öø-ÿ][A-Za-zà-öø-ÿ’'\-]*"
_CALLED = re.compile(
    rf"\b(?P<title>Mr|Mrs|Ms|Miss|Mx|Dr|Sir|Dame|Prof|Professor|Rev|Reverend|Imam|Rabbi|Sister"
    rf"|Nurse|Officer|Governor|Chaplain)\b\.?\s+(?P<name>{_WORD})"
)
_OF_SOMEBODY = re.compile(
    r"\b(?:son|daughter|brother|sister|mother|father|mum|dad|husband|wife|boyfriend|girlfriend|"
    rf"uncle|aunt|cousin|prisoner|patient|resident|named|called)\s+(?P<name>{_WORD})"
)
_PAIR = re.compile(rf"(?=\b(?P<name>{_WORD}\s+(?P<second>{_WORD})))\b[A-ZÀ-ÖØ-Þ]")
_OWNED = re.compile(rf"(?<=[a-z,;]\s)(?P<name>{_WORD})[’']s\b")
_APART = re.compile(r"[\s’'\-]+")

_FIGURES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_FIGURES |= {"eight": 8, "nine": 9, "ten": 10}
_IN_WORDS = "|".join(_FIGURES)
_PEOPLE = (
    r"(?:people|m[ae]n|wom[ae]n|prisoners?|patients?|residents?|famil(?:y|ies)|parents?|"
    r"mothers?|fathers?|child(?:ren)?|relatives?|visitors?|carers?|callers?|complaints?|deaths?|"
    r"self-harm|suicides?)"
)
_BETWEEN = (
    r"(?:(?!(?:working|days?|weeks?|months?|years?|hours?|minutes?|quarters?|times?|of|in|out|or|to"
    r"|and|per|from|for|with|by|at|on|about|the|an?|staff|nurses?|posts?|questions?)\b)[a-z][a-z\-]*\s+){0,2}"
)
_COUNT = re.compile(
    rf"(?<![\d.,:/-])\b(?<!in )(?P<count>\d{{1,2}}|{_IN_WORDS})\s+{_BETWEEN}{_PEOPLE}\b"
    rf"(?!\s+in\s+(?:\d|{_IN_WORDS}))",  # `one family in five` is a share and no count
    re.IGNORECASE,
)
_DEATH = re.compile(
    r"\b(?:di(?:ed|es)|dying|deaths?|dead|deceased|suicid\w*|self[\s-]?harm\w*|overdos\w*|"
    r"inquests?|coroners?|hang(?:ed|ing)\s+(?:him|her|them)\w*|killed|passed\s+away|bereave\w*)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)  # the same words are looked at for every page they stand on
def looked_for(text: str, known: frozenset[str] = frozenset(), few: int = 0) -> tuple[Finding, ...]:
    """What a human must look at before this text is public; an empty answer is no promise.

    Numbers and dates of birth always. Names, deaths, and counts of people from one up to but not
    `few`, unless `few` is nought. `known` are words that name a place or an organisation here.
    """
    if not few:
        return tuple(screen(text))
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return (*screen(text), *_names(plain, known | INSTITUTIONS), *_few(plain, few), *_deaths(plain))


def kinds_of(findings: Collection[Finding]) -> tuple[str, ...]:
    """The kinds of thing found, each once, in order."""
    return tuple(sorted({finding.kind for finding in findings}))


def words_in(*names: str) -> frozenset[str]:
    """The words of these names, to be known where a possible name is looked for."""
    return frozenset(word for name in names for word in _APART.split(name) if word)


def _names(text: str, known: frozenset[str]) -> Iterator[Finding]:
    for pattern in (_CALLED, _OF_SOMEBODY, _OWNED):
        for found in pattern.finditer(text):
            if _APART.split(found["name"])[0] not in known:
                yield Finding(NAME, found[0])
    for found in _PAIR.finditer(text):
        if not any(part in known for part in _APART.split(found["name"])):
            yield Finding(NAME, found["name"])


def _few(text: str, few: int) -> Iterator[Finding]:
    for found in _COUNT.finditer(text):
        said = found["count"].lower()
        if 0 < (_FIGURES[said] if said in _FIGURES else int(said)) < few:
            yield Finding(FEW, found[0])


def _deaths(text: str) -> Iterator[Finding]:
    for found in _DEATH.finditer(text):
        yield Finding(DEATH, found[0])
