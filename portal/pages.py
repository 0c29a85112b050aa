"""Draws pages: our own templates are strict, and the design system's components are guests."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup
from starlette.responses import HTMLResponse

from charter.actions import TAGS
from charter.disputes import outcome
from charter.measures import told
from charter.quarters import moment as moment
from charter.quarters import say
from charter.words import ACTION_WORDS, RATING_WORDS
from notifications.charts import DRAWINGS
from notifications.languages import ENGLISH
from notifications.speaking import Speaker
from notifications.templating import speak
from portal.forms import Faults
from portal.people import reads_returns

HERE = Path(__file__).parent
AUDIENCES = ("signin", "provider", "console")
SERVICE = "Charter accountability"
SENTENCE = "Quarterly returns on the Family and Carers’ Charter"
FORBIDDEN = {code: "\ufffd" for code in range(0xA0) if code < 32 or code > 126}
for kept in "\t\n\r":
    del FORBIDDEN[ord(kept)]
_FORBIDDEN = re.compile(f"[{re.escape(''.join(map(chr, FORBIDDEN)))}]")
RAW = {"html", "beforeInput", "afterInput", "beforeInputs", "afterInputs"}
"""Parameters that a component prints as they are: they may hold markup of ours and nothing else."""


def printable(value: object) -> object:
    """What a template prints, with a mark in the place of each character that HTML forbids."""
    if not isinstance(value, str) or not _FORBIDDEN.search(value):
        return value  # by far the most, and a page of a hundred rows prints thousands
    if isinstance(value, Markup):
        return Markup(str(value).translate(FORBIDDEN))
    return value.translate(FORBIDDEN)


class NotMarkup(TypeError):
    """A template handed plain words to a parameter that is printed unescaped."""


class Components:
    """The design system's macros by name; what they would print raw must be markup already."""

    def __init__(self) -> None:
        self._guests = Environment(
            loader=PackageLoader("nhsuk_frontend_jinja", "templates"),
            autoescape=True,
            finalize=printable,
            undefined=ChainableUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def named(self, folder: str, macro: str) -> Callable[[dict[str, Any]], Markup]:
        """One macro, checked on every call."""
        template = self._guests.get_template(f"nhsuk/components/{folder}/macro.jinja")
        draw = getattr(template.module, macro)

        def drawn(params: dict[str, Any]) -> Markup:
            refuse_raw_words(params)
            return Markup(draw(params))

        return drawn


def refuse_raw_words(params: object) -> None:
    """NotMarkup where a plain string would reach the page unescaped."""
    if isinstance(params, dict):
        for name, value in params.items():
            if name in RAW and isinstance(value, str) and not isinstance(value, Markup) and value:
                raise NotMarkup(f"'{name}' is printed as it is; give it markup, or use 'text'")
            refuse_raw_words(value)
    elif isinstance(params, list | tuple):
        for value in params:
            refuse_raw_words(value)


COMPONENTS = {
    "back_link": ("back-link", "backLink"),
    "button": ("button", "button"),
    "checkboxes": ("checkboxes", "checkboxes"),
    "date_input": ("date-input", "dateInput"),
    "file_upload": ("file-upload", "fileUpload"),
    "error_summary": ("error-summary", "errorSummary"),
    "input": ("input", "input"),
    "inset_text": ("inset-text", "insetText"),
    "notification_banner": ("notification-banner", "notificationBanner"),
    "panel": ("panel", "panel"),
    "radios": ("radios", "radios"),
    "select": ("select", "select"),
    "skip_link": ("skip-link", "skipLink"),
    "summary_list": ("summary-list", "summaryList"),
    "table": ("tables", "table"),
    "tag": ("tag", "tag"),
    "task_list": ("task-list", "taskList"),
    "textarea": ("textarea", "textarea"),
    "warning_callout": ("warning-callout", "warningCallout"),
}


class Pages:
    """Every page of the portal by its template's name, as `provider/check.html`."""

    def __init__(self) -> None:
        folders = {name: FileSystemLoader(HERE / name / "templates") for name in AUDIENCES}
        shared = FileSystemLoader([HERE / "templates", DRAWINGS])
        self.env = Environment(
            loader=PrefixLoader({"shared": shared, **folders}),
            autoescape=True,
            finalize=printable,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        guests = Components()
        speak(self.env, Speaker(ENGLISH))
        nhs = {name: guests.named(*where) for name, where in COMPONENTS.items()}
        self.env.globals.update(
            nhs=nhs,
            service=SERVICE,
            sentence=SENTENCE,
            asset=asset,
            rating_words=RATING_WORDS,
            action_words=ACTION_WORDS,
            tag_words=TAGS,
            told=told,
            outcome=outcome,
            reads_returns=reads_returns,
        )
        self.env.filters.update(
            day=say, moment=moment, paragraphs=paragraphs, summary=summary, fingerprint=fingerprint
        )

    def show(self, name: str, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
        """The answer with this page; whatever the page needs is in `context`."""
        plain: dict[str, Any] = {
            "visitor": None,
            "faults": Faults(),
            "files": {},
            "sample": "",
            "notice": "",
            "wide": False,
            "shared": None,
        }
        given = plain | context
        return HTMLResponse(self.env.get_template(name).render(given), status)


@cache
def asset(path: str) -> str:
    """The address of a file of ours, another in the release in which the file changes."""
    digest = hashlib.sha256((HERE / "static" / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def paragraphs(text: str) -> Markup:
    """Somebody's words as paragraphs, a new one at each line end, everything escaped.

    Each runs in its own direction, so that no mark of direction in it can turn what stands beside.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(line) for line in lines)


def summary(faults: Faults) -> list[dict[str, str]]:
    """The lines of an error summary, each leading to its field."""
    return [{"text": fault.message, "href": f"#{fault.field}"} for fault in faults]


def fingerprint(sha: str) -> str:
    """A SHA-256 in groups of eight, so that two people can compare it."""
    return " ".join(sha[i : i + 8] for i in range(0, len(sha), 8))


def due_words(due: date | None, today: date) -> str:
    """`3 days left`, `due today` or `2 days late`; empty where no date is set."""
    if due is None:
        return ""
    days = (due - today).days
    if days == 0:
        return "due today"
    many = "day" if abs(days) == 1 else "days"
    return f"{days} {many} left" if days > 0 else f"{-days} {many} late"
