"""What this release draws with, as one fingerprint: two that draw the same have the same."""

from functools import cache
from importlib.metadata import version
from pathlib import Path

from charter.ledger import canonical, digest
from notifications.templating import HERE


@cache
def release() -> str:
    """The fingerprint of all that draws: templates, styles, and the code that words come from."""
    rooms = [HERE, HERE.parent / "charter"]
    kinds = (
        "*.py",
        "locale/**/*.po",
        "templates/**/*.jinja",
        "templates/**/*.html",
        "templates/**/*.typ",
    )
    files = {one for room in rooms for kind in (*kinds, "static/*") for one in room.glob(kind)}
    told = {str(one.relative_to(HERE.parent)): digest(_read(one)) for one in files if one.is_file()}
    return digest(canonical([told, version("jinja2"), version("markupsafe"), version("babel")]))


def _read(file: Path) -> str:
    return file.read_bytes().hex()
