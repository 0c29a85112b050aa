"""The families' site as it was last published, served from wherever the link to it now points."""

import re
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from portal.desk import desk_of
from portal.doors import NotHere

router = APIRouter(prefix="/families")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/atom+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
}
RELATIVE = re.compile(rb'href="(?!#|[a-z]+:|/)')
TONGUE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?")
"""The folder of a language."""
FRESH_FOR = "public, max-age=300"


@router.get("", name="families_front")
def front() -> RedirectResponse:
    """The front page stands in a folder of its own, so that its links find their way."""
    return RedirectResponse("/families/", 301)


@router.get("/{path:path}", name="families_page")
def page(request: Request, path: str) -> Response:
    """One file of the published site; the site may be swapped between two requests."""
    desk = desk_of(request)
    if desk.site_folder is None or not desk.site_folder.is_dir():
        if path:
            raise NotHere
        return desk.pages.show("shared/not_published.html", 404)
    try:
        file = find(desk.site_folder, path)
    except NotHere:
        return not_here(desk.site_folder, path)
    if file.is_dir():
        return RedirectResponse(f"{request.url.path}/", 301)
    kind = KINDS.get(file.suffix, "application/octet-stream")
    told = {"cache-control": FRESH_FOR, "etag": f'"{_mark(file)}"'}
    if told["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=told)
    return FileResponse(file, headers=told, media_type=kind)


def not_here(site_folder: Path, path: str) -> Response:
    """The site's own page for what is not there, in the language that was looked for; else NotHere.

    Its links start from the site's front page, since it is read at an address of any depth.
    """
    folder = path.partition("/")[0]
    for within in (f"{folder}/", "") if TONGUE.fullmatch(folder) else ("",):
        try:
            html = find(site_folder, f"{within}404.html").read_bytes()
        except (NotHere, OSError):
            continue
        front = f'href="/families/{within}'.encode()
        return Response(RELATIVE.sub(front, html), 404, media_type=KINDS[".html"])
    raise NotHere


def _mark(file: Path) -> str:
    """What another file at the same address does not have: its number, its size and its time."""
    known = file.stat()
    return f"{known.st_ino:x}-{known.st_size:x}-{known.st_mtime_ns:x}"


def find(site_folder: Path, path: str) -> Path:
    """The file that an address means, or the folder where its slash is missing; else NotHere."""
    if "\x00" in path or "\\" in path:
        raise NotHere
    root = site_folder.resolve()
    wanted = root / path / "index.html" if path.endswith("/") or not path else root / path
    try:
        found = wanted.resolve()
        there = found.is_relative_to(root) and found.exists()
    except OSError:  # an address longer than any file's name
        raise NotHere from None
    if not there:
        raise NotHere
    if found.is_dir() and not (found / "index.html").is_file():
        raise NotHere
    return found
