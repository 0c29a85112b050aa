"""Two languages that nobody speaks: one accented and long, one that runs from right to left."""

import re
from functools import cache

from babel.messages.catalog import Catalog

from docs.catalogues import template
from notifications.languages import Language, language
from tests.support.returned import CHARTER

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = "äƀçđéƒĝĥíĵķļɱñóþʠŕšţúṽŵẋýžÄƁÇĐÉƑĜĤÍĴĶĻṀÑÓÞɊŔŠŢÚṼŴẊÝŽ"
ARABIC = "ابجدهوزحطيكلمنسعفصقرشتثخذض" * 2
KEPT = re.compile(r"(%\(\w+\)s|%%|\{\w+\}|<[^>]*>|&\w+;)")


def accented(text: str, form: int = 0) -> str:
    """The text in letters that are not English, a third longer, with the number of its form."""
    return f"{_in_letters(text, ACCENTED)} {'ø' * max(1, len(text) // 3)}{'¹²³⁴⁵⁶'[form]}"


def turned(text: str, form: int = 0) -> str:
    """The text in letters that run from right to left."""
    return f"{_in_letters(text, ARABIC)}{'¹²³⁴⁵⁶'[form]}"


def _in_letters(text: str, letters: str) -> str:
    table = str.maketrans(PLAIN, letters)
    return "".join(p if i % 2 else p.translate(table) for i, p in enumerate(KEPT.split(text)))


def catalogue(code: str, say: object, *, without: frozenset[str] = frozenset()) -> Catalog:
    """All words of the site, and those of the cast's Charter, said by a rule, but for some."""
    made = Catalog(code)
    ours = [one for one in template() if one.id]
    for message in ours:
        made.add(message.id)
    for one in (CHARTER.title, CHARTER.notice, *_promises()):
        made.add(one)
    for message in made:
        if isinstance(message.id, tuple):
            many = message.id[1]
            message.string = tuple(say(many, form) for form in range(made.num_plurals))  # type: ignore[operator]
        elif message.id and message.id not in without:
            message.string = say(message.id)  # type: ignore[operator]
    return made


def _promises() -> list[str]:
    return [text for one in CHARTER.commitments for text in (one.short, one.text, one.means)]


@cache
def longer() -> Language:
    """A language as long as any, with the plurals, months and numerals of Polish."""
    return language("en-XA", catalogue("pl", accented), name="Äççéñţéđ", sha="1")


@cache
def mirrored() -> Language:
    """A language from right to left, with the plurals, months and numerals of Arabic."""
    return language("ar-XB", catalogue("ar", turned), name=turned("Turned"), sha="2")
