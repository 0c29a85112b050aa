"""What a person looks at before families read it: whatever may tell who somebody is, or alarm."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

from charter.disclosure import Finding, screen
from charter.naming import NAME, names
from charter.particulars import ADDRESS, CELL, CONDITION, EMAIL, PHONE
from charter.particulars import particulars as found_in

FEW, DEATH = "small number of people", "death or self-harm"
LIKENESS = {
    "NHS number": "an NHS number",
    "prison number": "a prison number",
    "date of birth": "a date of birth",
    NAME: "a person’s name",
    CELL: "a cell or wing",
    PHONE: "a phone number",
    EMAIL: "an e-mail address",
    ADDRESS: "a person’s address",
    CONDITION: "an illness beside a person or a prison",
    FEW: "a small number of people",
    DEATH: "a death or self-harm",
}
"""Each kind of thing found, as it is told to whoever wrote it."""

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
_PART = re.compile(
    rf"(?<![\d.,:/-])\b(?:(?P<count>\d{{1,2}}|{_IN_WORDS})\s(?:out\s)?of\s"
    rf"(?:(?:the|our|its|these|those|all|them|\d+)\s)*(?:[a-z-]+\s)?{_PEOPLE}\b"
    rf"|(?<!in )(?P<came>\d{{1,2}}|{_IN_WORDS})\s(?:of\sthem\s|more\s)?(?:came|attended|joined"
    r"|replied|turned\sup|took\spart|complained|asked|wrote|rang)\b)",
    re.IGNORECASE,
)
_LONE = re.compile(
    rf"\b(?:a|one)\s(?:single|lone|couple\sof|pair\sof|handful\sof)\s(?:[a-z-]+\s)?{_PEOPLE}\b",
    re.IGNORECASE,
)
_THEIR = r"(?:his|her|their|my|its|our)"
_DEATH = re.compile(
    r"\b(?:di(?:ed|es)|dying|deaths?|dead|deceased|fatal\w*|suicid\w*|self[\s-]?harm\w*|overdos\w*"
    r"|inquests?|coroners?|post[\s-]?mortem|funerals?|killed|murder\w*|homicide|manslaughter"
    r"|hang(?:ed|ing)|noose|ligatures?|passed\saway|bereave\w*|resuscitat\w*|ACCT|unresponsive"
    rf"|(?:end|tak|los)(?:e|es|ing|ed)?\s{_THEIR}\s(?:own\s)?li(?:fe|ves)"
    rf"|(?:took|taken|lost|ended)\s{_THEIR}\s(?:own\s)?li(?:fe|ves)|wants?(?:ed)?\sto\sdie"
    r"|on\s(?:his|her|their|my)\sown\sli(?:fe|ves)|(?:try|tried)\sto\send\sit(?:\sall)?|stopped\sbreathing"
    rf"|(?:harm|hurt|cut|kill|hang|hung)(?:s|ed|ting|ing)?\s(?:him|her|them)sel(?:f|ves)"
    rf"|(?:jump(?:s|ed)?|threw\shimself|threw\sherself)\s(?:off|from)\sthe\s(?:landing|netting)"
    rf"|cut(?:s|ting)?\s{_THEIR}\s(?:arms?|wrists?|legs?|throat|neck)|(?:did\snot|didn[’']t)\ssurvive"
    rf"|lost\s(?:a|an|one|{_THEIR})\s(?:\w+\s)?(?:resident|patient|prisoner|man|woman|son|daughter"
    r"|brother|sister|father|mother|mum|dad|husband|wife|partner|friend|child|baby))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)  # the same words are looked at for every page they stand on
def looked_for(
    text: str, known: frozenset[str] = frozenset(), few: int = 0, *, particulars: bool = True
) -> tuple[Finding, ...]:
    """What a human must look at before this text is public; an empty answer is no promise.

    Numbers and dates of birth always. Unless `few` is nought also names, deaths, and counts of
    people from one up to but not `few`; with `particulars` cells, ways to reach a person, and
    illnesses beside one, too. `known` are words that name a place or an organisation here.
    """
    if not few:
        return tuple(screen(text))
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return (
        *screen(text),
        *names(plain, known),
        *(found_in(plain) if particulars else ()),
        *_few(plain, few),
        *_deaths(plain),
    )


def kinds_of(findings: Collection[Finding]) -> tuple[str, ...]:
    """The kinds of thing found, each once, in order."""
    return tuple(sorted({finding.kind for finding in findings}))


def likeness(kinds: Collection[str]) -> str:
    """What a text seems to hold, in plain words, such as `a person’s name and a phone number`."""
    told = [words for kind, words in LIKENESS.items() if kind in kinds]
    return " and ".join(part for part in (", ".join(told[:-1]), *told[-1:]) if part)


def words_in(*names: str) -> frozenset[str]:
    """The words of these names, to be known where a possible name is looked for."""
    return frozenset(word for name in names for word in _APART.split(name) if word)


def _few(text: str, few: int) -> Iterator[Finding]:
    for pattern in (_COUNT, _PART):
        for found in pattern.finditer(text):
            said = next(part for part in found.groups() if part).lower()
            if 0 < (_FIGURES[said] if said in _FIGURES else int(said)) < few:
                yield Finding(FEW, found[0])
    for found in _LONE.finditer(text):
        yield Finding(FEW, found[0])


def _deaths(text: str) -> Iterator[Finding]:
    for found in _DEATH.finditer(text):
        yield Finding(DEATH, found[0])
