"""Possible names of people in a text, looked for by their shape: no list knows every name."""

import re
from collections.abc import Iterator

from charter.disclosure import Finding
from charter.vocabulary import INSTITUTIONS, PLACES, STARTERS

NAME = "possible name"

_APART = re.compile(r"[\s’'\-]+")
_WORD = r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ](?=[’']?[\w’'\-]{0,12}?[a-zà-öø-ÿłśżčšžńęąı])[\w’'\-]{1,40}"
_TITLE = r"(?i:mr|mrs|ms|miss|mx|messrs)"
_TITLED = re.compile(
    rf"\b{_TITLE}\b\.?\s+(?:(?:[A-Z]\.?\s?)+(?![a-z])|[A-Z][\w’'\-]*|de\s[A-Z]\w+)"
)
_CALLED = re.compile(
    rf"\b(?:Dr|Doctor|Sir|Dame|Lord|Lady|Prof|Professor|Rev|Reverend|Father|Imam|Rabbi|Sister"
    rf"|Brother|Nurse|Matron|Officer|Governor|Chaplain|Judge)\b\.?\s+(?P<name>{_WORD})"
)
_INITIAL = re.compile(rf"(?<![\w.])[A-Z]\.\s?(?:[A-Z]\.\s?)?{_WORD}")
_STAFF = re.compile(
    r"\b(?:spoke|speak|talk|talked|written|wrote|thanks|thank\syou|complained|reply|replied)\s"
    r"(?:to|with|from|by)\s(?:nurse|doctor|dr|officer|matron|sister|governor|mr|mrs|ms|miss)\s"
    r"(?!(?:in|on|at|who|and|or|about|for|from|to|is|was|has|the|of|with|by)\b)[a-z]{3,}",
    re.IGNORECASE,
)
_KIN = (
    r"(?:son|daughter|brother|sister|mother|father|mum|mam|dad|husband|wife|partner|boyfriend"
    r"|girlfriend|uncle|aunt|auntie|cousin|nephew|niece|grandson|granddaughter|nan|gran|grandad"
    r"|lad|boy|girl|mate|friend|fianc[eé]e?|stepson|stepdad)"
)
_HURRIED = re.compile(r"\b(?:mr|mrs)\.?\s(?:and\s(?:mr|mrs)\.?\s)?(?!(?:and|or|who|is)\b)[a-z]{3,}")
"""A title of courtesy and what follows it, both in small letters."""
_INITIALS = re.compile(r"\b(?i:initials)\s(?:are\s|is\s|of\s)?[A-Z]\.?\s?[A-Z]\b\.?(?!\w)")
_SMALL = re.compile(
    rf"\b(?:my|his|her|our|their)\s{_KIN},?\s(?:called\s|named\s)?(?P<name>[a-z]{{3,}}),?\s"
    r"(?:is|was|has|had|did|does|who|will|got|needs|wants|cannot|can[’']t|said|told|rang|waited)\b"
)
_LITTLE = frozenset(
    """also always and been both but can cannot did does got had has just must never not now often
    only rarely really says she still that then they was were who will with would
    """.split()  # noqa: SIM905 - read more easily as text
)
_SHOUTED = re.compile(
    r"\b(?P<name>[A-Z]{3,}(?:\s[A-Z]{2,}){1,2})\s(?:was|is|has|had|did|will|asked|rang|said|told|needs)\b"
)
"""A name all in capitals, in a sentence that is not."""
_PRISON = re.compile(
    rf"\b(?:HMP/?(?:YOI)?|HMYOI|YOI|IRC|St\.?|Saint)\s(?:the\s)?{_WORD}(?:[\s-](?:and\s)?{_WORD})?"
)
_OF_A_PLACE = re.compile(rf"\b(?:{_WORD}\s)(?:{_WORD}\s)?{PLACES}\b")
_ANY = re.compile(rf"(?<![\w.@/-])(?P<name>{_WORD})")
_BEGINS = re.compile(r"(?:^|[.!?…]|\n)[\s\"'“‘(\[•*–-]*$")
_SPEAKS = re.compile(
    r"(?:,\s(?:who|whose|aged|a\s)|(?:[’']s\b)|\s(?:\w+ly\s)?(?:asked|asks|rang|rings|told|tells|said"
    r"|says|wrote|called|phoned|complained|waited|wanted|wants|visits|visited|felt|thinks|thought"
    r"|raised|reported|signed|signs|agreed|needs|lives|lived|cried|died|leads|suffers)\b)"
)


def names(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """Each possible name with what stands beside it; `known` are words that name nobody here.

    A title of courtesy or an initial makes a name of whatever follows, since Mr May and Mrs Wing
    are people too. Otherwise it is a word with a capital that a return has no reason to write so.
    """
    for pattern in (_TITLED, _INITIAL, _STAFF, _HURRIED, _INITIALS):
        for found in pattern.finditer(text):
            yield Finding(NAME, found[0])
    for found in _SMALL.finditer(text):
        if found["name"] not in _LITTLE:
            yield Finding(NAME, found[0])
    yield from _shouted(text, known)
    text = _PRISON.sub(_blank, text)
    for found in _CALLED.finditer(text):
        if not _is_known(found["name"], known):
            yield Finding(NAME, found[0])
    text = _OF_A_PLACE.sub(_blank, text)
    for found in _ANY.finditer(text):
        if not _is_known(found["name"], known) and _stands_out(text, found):
            yield Finding(NAME, found["name"])


def _shouted(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """Names all in capitals; what has a word that names nobody is a heading or an organisation."""
    for found in _SHOUTED.finditer(text):
        if not any(
            _is_known(w, known) or _is_known(w.title(), known) for w in found["name"].split()
        ):
            yield Finding(NAME, found["name"])


def _stands_out(text: str, found: re.Match[str]) -> bool:
    """Whether a word has its capital for another reason than that it begins a sentence."""
    if not _BEGINS.search(text[max(0, found.start() - 12) : found.start()]):
        return True
    return found["name"] not in STARTERS and bool(
        _SPEAKS.match(text, found.end()) or re.search(r"[’']s", found["name"])
    )


def _blank(found: re.Match[str]) -> str:
    """As much space as the words took, and a small letter so that no sentence begins after it."""
    return "x" * len(found[0])


def _is_known(word: str, known: frozenset[str]) -> bool:
    """Whether a word, one of its parts, or what it is without its ending, names no person."""
    whole = re.sub(r"[’']s?$", "", word)
    first = _APART.split(whole)[0]
    one, own = whole.removesuffix("s"), known | INSTITUTIONS
    return not own.isdisjoint((word, whole, first, one)) or whole in STARTERS
