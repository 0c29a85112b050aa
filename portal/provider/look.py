"""The families' site's own style sheet, kept within a frame, so that a preview looks like it."""

import hashlib
import re
from functools import cache

from fastapi import APIRouter
from starlette.responses import Response

from notifications.bulletin import stylesheet

FRAME = ".app-families"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PAGE = {"html", "body", ":root"}
_SIZE = re.compile(r"\bfont(?:-size)?: *(\d+(?:\.\d+)?)(%|pt)")
_REM = re.compile(r"(-?\d*\.?\d+)rem\b")

router = APIRouter()


def confined(css: str, frame: str = FRAME) -> str:
    """The same rules for what is inside the frame alone, which stands for the page.

    A `rem` is reckoned by the size the sheet gives its own page. Media queries are kept.
    """
    return _RULE.sub(lambda rule: _kept_in(frame, rule[1], rule[2]), _COMMENT.sub("", css))


def _kept_in(frame: str, selectors: str, declarations: str) -> str:
    before, names = _split(selectors)
    within = [frame if name in _PAGE else f"{frame} {name}" for name in names]
    if "html" in names and (size := _SIZE.search(declarations)):
        root = f"{float(size[1]) / 100:g}rem" if size[2] == "%" else f"{size[1]}pt"
        at = size.start(1)
        declarations = f"{declarations[:at]}{root}{declarations[size.end() :]} --rem: {root};"
    else:
        declarations = _REM.sub(r"calc(\1 * var(--rem))", declarations)
    return f"{before}{', '.join(within)} {{{declarations}}}"


def _split(selectors: str) -> tuple[str, list[str]]:
    """What goes before the selectors (a line's start), and each of them."""
    names = selectors.strip()
    before = selectors[: selectors.index(names)] if names else selectors
    return before, [name.strip() for name in names.split(",")]


@cache
def sheet() -> str:
    """The families' rules within their frame."""
    return confined(stylesheet())


def address() -> str:
    """Where browsers find the sheet; another in the release in which it changes."""
    return f"/families-look.css?v={hashlib.sha256(sheet().encode()).hexdigest()[:12]}"


@cache
def whole_address() -> str:
    """Where browsers find the families' sheet as their site has it, for a page shown whole."""
    return f"/families-page.css?v={hashlib.sha256(stylesheet().encode()).hexdigest()[:12]}"


@router.get("/families-page.css", name="families_page_look")
def families_page_look() -> Response:
    """The sheet of the families' site itself, which browsers may keep for a day."""
    return Response(
        stylesheet(), media_type="text/css", headers={"cache-control": "public, max-age=86400"}
    )


@router.get("/families-look.css", name="families_look")
def families_look() -> Response:
    """The sheet, which browsers may keep for a day."""
    return Response(
        sheet(), media_type="text/css", headers={"cache-control": "public, max-age=86400"}
    )
