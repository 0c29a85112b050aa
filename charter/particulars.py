"""Where one person lives, how to reach one, and what one suffers from: looked for in a text."""

import re
from collections.abc import Iterator

from charter.disclosure import Finding

CELL, PHONE, EMAIL = "cell or wing", "phone number", "e-mail address"
ADDRESS, CONDITION = "address", "named condition"

_CELL = re.compile(
    r"(?<![\w’'])(?:[A-Z]\d?|[b-hj-z]\d?)[\s-]?(?i:wing|landing|spur)\b"
    r"|\b(?i:wing|spur|landing)\s(?:[A-Z]\d?|\d{1,2})\b"
    r"|\b(?i:house\s?block|houseblock)\s(?:\d{1,2}|[A-Z])\b"
    r"|\b(?i:cells?)\s(?i:no\.?\s?|number\s)?[A-Z]?\d[\w-]*"
    r"|\b[A-Z]\d?-\d{1,2}(?:-\d{1,2})?\b(?!-)"
    r"|\b\d{1,2}s\slanding\b"
    r"|\b(?i:unit|wing|house)\s\w{1,2},?\s(?i:room)\s\w?\d+"
)
_NUMBER = re.compile(r"(?<![\d/.-])(?:\+44|\(?0\d)[\d\s()-]{7,14}\d(?![\d/])")
_FREE = re.compile(r"^(?:0|44)(?:800|808|3\d\d|845)")
"""Numbers that only an organisation has: free ones, and those that begin with 03 or 0845."""
_EMAIL = re.compile(
    r"(?<![\w.+-])(?P<name>[\w.+-]{1,64})\s?(?:@|\s(?:at|\[at\]|\(at\))\s)\s?"
    r"[\w-]{1,63}(?:(?:\.|\s(?:dot|\[dot\])\s)[A-Za-z][\w-]{0,62})+",
    re.IGNORECASE,
)
_DESKS = frozenset(
    """admin carers complaints contact enquiries families family feedback health healthcare hello
    help info information listen mail office pals patients post reception support team visits
    """.split()  # noqa: SIM905 - read more easily as text
)
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}|[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2})\b"
)
_STREET = re.compile(
    r"\b\d{1,4}[a-d]?,?\s(?:[A-Z][\w’']+\s){1,3}"
    r"(?:Road|Rd|Street|Lane|Avenue|Close|Drive|Terrace|Crescent|Way|Gardens)\b"
)

_ILLNESS = re.compile(
    r"\b(?:HIV|AIDS|TB|COPD|ADHD|PTSD|OCD|cancers?|tumours?|chemotherapy|diabet\w+|insulin"
    r"|epilep\w+|seizures?|asthma\w*|bipolar|psychotic|depressi(?:on|ve)|depressed|schizo\w+"
    r"|personality\sdisorder|eating\sdisorder|anorexi\w+|bulimi\w+|autis\w+|dementia|alzheimer\w*"
    r"|parkinson\w*|huntington\w*|crohn\w*|sickle\scell|motor\sneurone|palsy|muscular\sdystrophy"
    r"|lupus|down\ssyndrome|learning\sdisabilit\w+|brain\s(?:injury|damage)|strokes?"
    r"|heart\s(?:attack|failure|disease|condition)|angina|kidney\s(?:failure|disease)|dialysis"
    r"|transplant\w*|amput\w+|stoma|colostomy|catheter\w*|incontinen\w+|hepatitis|syphilis"
    r"|gonorrh\w+|chlamydia|herpes|pregnan\w+|miscarr\w+|abortion\w*|methadone|heroin|addict\w*"
    r"|detox\w*|alcoholi\w+|terminally\sill|terminal\sillness|deaf|wheelchair|paraly\w+|coma"
    r"|transgender|gender\sdysphoria|self-neglect"
    r"|[a-z]{3,20}(?:itis|aemia|emia|opathy|plegia|phrenia|sclerosis|fibrosis|cirrhosis|ectomy)"
    r"|(?!diagnos|prognos|hypnos)[a-z]{4,20}osis|(?!dipl|ar)[a-z]{3,20}oma)\b",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:he|she|him|his|her|hers|my|me|HMP|HMYOI|YOI"
    r"|(?:an?|one|the|this|that|our|their|another)\s(?:[\w-]+\s){0,2}?(?:wo)?m[ae]n"
    r"|(?:an?|one|the|this|that|our|their|another)\s(?:[\w-]+\s){0,2}?(?:patient|prisoner|resident"
    r"|person|boy|girl|lad|child|baby|son|daughter|brother|sister|mother|mum|father|dad|husband"
    r"|wife|partner|boyfriend|girlfriend|uncle|aunt|cousin|nephew|niece|grandson|grandfather"
    r"|friend|relative|visitor|case))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+")


def particulars(text: str) -> Iterator[Finding]:
    """Cells, numbers to ring, addresses of either kind, and an illness beside a person or prison.

    Free numbers, those that begin with 03, and the mailboxes of a desk are an organisation's.
    """
    for found in _CELL.finditer(text):
        yield Finding(CELL, found[0])
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0].replace("(0)", ""))
        if 10 <= len(digits) <= 12 and not _FREE.match(digits):
            yield Finding(PHONE, found[0])
    for found in _EMAIL.finditer(text):
        if not set(re.split(r"[._+-]", found["name"].lower())) <= _DESKS:
            yield Finding(EMAIL, found[0])
    for pattern in (_POSTCODE, _STREET):
        for found in pattern.finditer(text):
            yield Finding(ADDRESS, found[0])
    for sentence in _SENTENCE.finditer(text):
        ill = _ILLNESS.search(sentence[0])
        if ill and _SOMEBODY.search(sentence[0]):
            yield Finding(CONDITION, ill[0])
