"""Remakes the vendored design system from npm, without fonts, trade marks or outside hosts.

Run `python portal/static/vendor/build.py`; it needs npm. The result is committed, so nobody
who only runs the service needs npm or this file.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "10.6.1"
INTEGRITY = (
    "sha512-PZorqQZjZx/A26yJoskCL9z0ib6AtkAyF0o4K/RHr8zRrJyXrUOCnMbjy0VNXsGO4tfTNMwqlkwATKs4a0xa"
    "yw=="
)
HERE = Path(__file__).resolve().parent
TARGET = HERE / f"nhsuk-{VERSION}"
INSIDE = "package/dist/nhsuk/"
WANTED = re.compile(r"^(nhsuk-frontend\.min\.(css|js)|assets/images/.*\.svg)$")
KEPT_ICON = re.compile(r"nhsuk-icon-(arrow|chevron|cross|minus|plus|search|tick|user)[a-z-]*\.svg")
"""Plain symbols only: the favicons, the mask and the share picture carry the NHS lozenge."""


def fetch(folder: Path) -> Path:
    """Packs the pinned version into `folder` without running its scripts, and checks its hash."""
    subprocess.run(  # npm is found on PATH, as a developer has it
        ["npm", "pack", "--silent", "--ignore-scripts", f"nhsuk-frontend@{VERSION}"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    tarball = folder / f"nhsuk-frontend-{VERSION}.tgz"
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        sys.exit(f"nhsuk-frontend {VERSION} is not the package that was reviewed: sha512-{digest}")
    return tarball


def read(tarball: Path) -> dict[str, bytes]:
    """What the compiled part of the package holds, by name; nothing is unpacked to disk."""
    with tarfile.open(tarball) as archive:
        files = {m.name.removeprefix(INSIDE): archive.extractfile(m) for m in archive if m.isfile()}
        return {name: file.read() for name, file in files.items() if file and WANTED.search(name)}


def neutral(css: str) -> str:
    """Takes out the Frutiger fonts, points icons beside the sheet, and drops the source map."""
    css, fonts = re.subn(r"@font-face\{[^}]*\}", "", css)
    css, families = re.subn(r"Frutiger W01,arial", "arial", css)
    css, icons = re.subn(r"url\(/assets/images/", "url(images/", css)
    if not (fonts and families and icons):
        sys.exit("The stylesheet has changed shape: review what must be taken out of it.")
    return re.sub(r"\n?/\*# sourceMappingURL=.*?\*/", "", css)


def build(source: dict[str, bytes]) -> None:
    """Writes the neutral copy over the old one; LICENSE and VENDORED.md are kept as they are."""
    images = TARGET / "images"
    shutil.rmtree(images, ignore_errors=True)
    images.mkdir(parents=True)
    css = neutral(source["nhsuk-frontend.min.css"].decode())
    (TARGET / "nhsuk-frontend.min.css").write_text(css, encoding="utf-8")
    script = re.sub(r"\n?//# sourceMappingURL=.*", "", source["nhsuk-frontend.min.js"].decode())
    (TARGET / "nhsuk-frontend.min.js").write_text(script, encoding="utf-8")
    for name, content in source.items():
        icon = name.removeprefix("assets/images/")
        if KEPT_ICON.fullmatch(icon):
            (images / icon).write_bytes(content)


def main() -> None:
    """Fetches, checks and rebuilds."""
    with tempfile.TemporaryDirectory() as folder:
        build(read(fetch(Path(folder))))
    print(f"Wrote {TARGET.name}")


if __name__ == "__main__":
    main()
