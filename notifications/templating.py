"""The templates of the families' site, ready to be drawn in a language."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from charter.returns import State
from charter.words import counts_words, tally_words
from notifications.fitting import shortened
from notifications.languages import ENGLISH, Language
from notifications.outside import OUTSIDE
from notifications.speaking import SAME_FIGURES, Speaker

HERE = Path(__file__).parent
SHORT = 300
"""Characters of somebody's words in a list of many prisons."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    f"|(?<={_MARK * 4}){_MARK}+"  # no letter has more than four; a heap of them covers other lines
)


@cache
def environment(language: Language = ENGLISH) -> ImmutableSandboxedEnvironment:
    """The one environment of a language: all is escaped, and a name that is missing is an error."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([HERE / "templates" / "bulletin", HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    speaker = Speaker(language)
    made.install_gettext_callables(speaker.gettext, speaker.ngettext, newstyle=True)  # type: ignore[attr-defined]
    speak(made, speaker)
    made.filters |= {"lines": _lines, "short": _short, **_sums(speaker)}
    made.globals |= {"outside": OUTSIDE, "tongue": language, "called": _called}
    return made


def speak(made: Environment, speaker: Speaker) -> None:
    """Give an environment the filters and functions by which templates say things."""
    made.filters |= {
        "ours": speaker.ours,
        "theirs": speaker.theirs,
        "name": speaker.name,
        "names": speaker.names,
        "all_of": speaker.all_of,
        "n": speaker.number,
        "plainly": speaker.plainly,
        "along": speaker.along,
        "day": speaker.day,
        "month": speaker.month,
    }
    made.globals |= {
        "same_figures": SAME_FIGURES,
        "own": speaker.own,
        "ltr": speaker.ltr,
        "begin": speaker.begin,
        "end": speaker.end,
        "in_english": speaker.in_english,
        "translation": speaker.translation,
    }


def _sums(speaker: Speaker) -> dict[str, Callable[..., str]]:
    """Filters for counts and tallies, and for words that begin a sentence or go on in one."""
    english = speaker.of.is_english

    def states(counts: Mapping[str, int]) -> str:
        if english:
            return str(counts["words"])
        return speaker.ours(counts_words({state: counts[state.value] for state in State}))

    def kept(tally: Mapping[str, Any]) -> str:
        return str(tally["words"]) if english else speaker.ours(tally_words(tally))

    def capital(text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}" if english else speaker.name(text)

    def within(text: str) -> str:
        return f"{text[:1].lower()}{text[1:]}" if english else speaker.ours(text)

    def begun(text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}" if english else text

    return {"states": states, "kept": kept, "capital": capital, "within": within, "begun": begun}


def _called(code: str) -> Markup:
    """What a language is called in itself; its code where nobody has written that down."""
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Markup(escape(code))
    name = str(locale.get_display_name(locale) or code)
    how = Markup('<span lang="{}" dir="{}">{}</span>')
    return how.format(code, locale.text_direction, f"{name[:1].upper()}{name[1:]}")


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    """Text without what no page can show: control characters, what turns text, heaped marks."""
    if not isinstance(value, str) or not _UNSHOWN.search(value):
        return value
    if isinstance(value, Markup):
        return Markup(_UNSHOWN.sub("", value))
    return _UNSHOWN.sub("", value)


def _short(text: str) -> str:
    """What a list has room for; the page of the prison has all of it."""
    return text if len(text) <= SHORT else f"{shortened(text, SHORT)} …"


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
