"""Advice on plain English: long sentences, unexplained abbreviations, numbers hard to read."""

import re
from collections.abc import Collection, Iterator

LONGEST = 20
"""Words a sentence may have, by the NHS service manual's advice on how to write."""

MOST_SENTENCES = 3
"""Sentences a paragraph may have, by the same advice."""

KNOWN = frozenset(
    {"A&E", "AM", "GP", "HIV", "HMP", "HMYOI", "ID", "NHS", "OK", "PDF", "PM", "TV", "UK", "YOI"}
)
"""Abbreviations that families can be expected to read without help."""

_END = re.compile(r"(?<=[.!?…])(?P<closing>[\"'”’)\]]*)\s+(?=[\"'“‘(\[]*[^\W_])")
_NEVER_LAST = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:e\.g|i\.e|dr|mr|mrs|ms|mx|st|prof|rev|no|vs|approx|ext|tel|[A-Z])\.$",
    re.IGNORECASE,
)
_LAST_BEFORE_A_CAPITAL = re.compile(r"(?:\b[ap]\.m|\betc|\bal|…|\.\.)\.?$", re.IGNORECASE)
_IN_WORDS = re.compile(r"[^\W_]")
_APART = re.compile(r"[()\n]")
_CAPITALS = re.compile(r"(?<![^\W_])[A-Z](?:&?[A-Z])+(?=s?(?![^\W_]))")


_SPELT = re.compile(
    r"(?<=[\w,;:)’”] )(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b(?!-)",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\d[\d.,]*\s?(?:%|per\s?cent\b)", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<![\d.£$€/-])\d+\.\d+(?![\d.]|\s?[ap]\.?m\b)", re.IGNORECASE)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{4}-\d\d-\d\d"
    rf"|\d{{1,2}}(?:st|nd|rd|th)\s(?:of\s)?{_MONTH}|\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s?[ap]m))"
    r"(?!\d)"
)


def advice(text: str, known: Collection[str] = KNOWN) -> tuple[str, ...]:
    """What would make a text easier to read, a sentence each; empty when nothing would.

    `known` are the abbreviations that need no explaining. It is advice and never a refusal.
    """
    if len(text.split()) > 2 and text.lower() != text == text.upper():
        return ("Write in small letters: words all in capitals are hard to read.",)
    return (*_long(text), *_crowded(text), *_unexplained(text, known), *_figures(text))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text; a line's end ends one too, and `e.g.`, `Dr.` or `3.30pm` does not.

    A full stop counts as part of `a.m.` or `etc.` unless a capital follows.
    """
    return tuple(sentence for line in text.splitlines() for sentence in _of_line(line.strip()))


def _of_line(line: str) -> Iterator[str]:
    begin = 0
    for end in _END.finditer(line):
        before, after = line[begin : end.start()], line[end.end() :].lstrip("\"'“‘([")
        if _NEVER_LAST.search(before):
            continue
        if _LAST_BEFORE_A_CAPITAL.search(before) and not after[:1].isupper():
            continue
        yield line[begin : end.end()].strip()
        begin = end.end()
    if line[begin:].strip():
        yield line[begin:].strip()


def _long(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        words = [word for word in sentence.split() if _IN_WORDS.search(word)]
        if len(words) > LONGEST:
            begins = " ".join(words[:6])
            yield (
                f"One sentence has {len(words)} words, and more than {LONGEST} are hard to follow. "
                f"Try to split the one that begins “{begins} …”."
            )


def _crowded(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        told = len(sentences(paragraph))
        if told > MOST_SENTENCES:
            begins = " ".join(paragraph.split()[:6])
            yield (
                f"One paragraph has {told} sentences. Begin a new one after {MOST_SENTENCES}, in "
                f"the one that begins “{begins} …”."
            )


def _figures(text: str) -> Iterator[str]:
    """Numbers spelt out within a sentence, per cents, decimals, and dates in another form."""
    mends = (
        (_SPELT, "Write “{}” as a figure."),
        (_SHARE, "Say “{}” in another way, such as 1 in 7 people."),
        (_DATE, "Write “{}” as a date with its month in words, such as 6 August 2018."),
    )
    for pattern, mend in mends:
        for said in dict.fromkeys(found[0] for found in pattern.finditer(text)):
            yield mend.format(said)
    for said in dict.fromkeys(found[0] for found in _DECIMAL.finditer(_DATE.sub("", text))):
        if not _SHARE.search(text):
            yield f"Write “{said}” as a whole number."


def _unexplained(text: str, known: Collection[str]) -> Iterator[str]:
    for short in dict.fromkeys(_CAPITALS.findall(text)):
        if short not in known and not _is_explained(short, text):
            yield f"Say what “{short}” stands for, or use other words."


def _is_explained(short: str, text: str) -> bool:
    """Whether words stand before it in brackets, or in brackets after it.

    What lies before a bracket is looked at once: to search for it would take minutes of a long
    text full of capitals.
    """
    if re.search(rf"\b{re.escape(short)}s? \([^()\n]*[a-z]", text):
        return True
    befores = (
        _APART.split(text[: bracket.start()])[-1]
        for bracket in re.finditer(rf"\({re.escape(short)}s?\)", text)
    )
    return any(_IN_WORDS.search(before) for before in befores)
