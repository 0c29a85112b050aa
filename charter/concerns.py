"""Words that may be of one person in danger: such a worry goes to the prison, and never in here."""

import re
import unicodedata
from collections.abc import Iterable

from charter.disclosure import screen

_DANGER = re.compile(
    r"\b(?:suicid\w*|self[\s-]?harm\w*|ligatures?|overdos\w*|"
    r"(?:tak|end|finish)(?:e|ing|en)\s(?:his|her|their)(?:\sown)?\s(?:life|lives)|"
    r"(?:kill|harm|hurt|cutt?|hang)(?:ing|s|ed)?\s(?:him|her|them)sel(?:f|ves)|"
    r"hanged|hanging|wants?\sto\sdie|in\simmediate\sdanger|life[\s-]threatening|"
    r"acct)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.?\s[A-Z][\w’'-]+")
_RELATIVE = re.compile(
    r"\b(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur)\s"
    r"(?:son|husband|brother|partner|dad|father|daughter|wife|mother|mum|sister|nephew|niece|"
    r"grandson|uncle|cousin|friend|boyfriend|girlfriend),?\s(?:called\s|named\s)?"
    r"(?P<name>[A-Z][a-z’'-]+)"
)
_STAFF = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Nurse|Sister|Matron|Officer|Professor)\.?\s"
    r"(?!(?:[A-Z]+\b|Manager|Lead|In))[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?"
)


def staff_name(text: str, known: Iterable[str] = ()) -> str:
    """Words that seem to name a member of staff: one of those `known`, or a title with a name."""
    for name in known:
        if len(name.split()) > 1 and name.casefold() in text.casefold():
            return name
    found = _STAFF.search(text)
    return found[0] if found else ""


def concern(text: str) -> str:
    """The words in a text that may be of one person, or of a danger to one; empty when none are.

    They are refused and not held: what is typed here is read in weeks, and a worry about somebody
    cannot wait. An empty answer is no promise that nobody is named.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    for finding in screen(plain):
        return finding.excerpt
    for pattern in (_DANGER, _TITLE, _RELATIVE):
        if found := pattern.search(plain):
            return found[0]
    return ""
