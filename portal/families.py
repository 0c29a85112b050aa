"""The families' site as it was last published, served from wherever the link to it now points."""

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
    file = find(desk.site_folder, path)
    if file.is_dir():
        return RedirectResponse(f"{request.url.path}/", 301)
    kind = KINDS.get(file.suffix, "application/octet-stream")
    told = {"cache-control": FRESH_FOR, "etag": f'"{_mark(file)}"'}
    if told["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=told)
    return FileResponse(file, headers=told, media_type=kind)


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
