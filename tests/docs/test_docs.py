"""What there is to name is named in docs/, its links lead somewhere, and its command lines work."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from charter.commitments import MOST_FIELDS, read_charter
from flows import wiring
from flows.cli import app
from flows.settings import Settings
from notifications.wording import KINDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = {DOCS / name for name in ("api.md", "commands.md", "settings.md")}
PAGES = sorted(
    [*DOCS.rglob("*.md"), *(ROOT / f"{n}.md" for n in ("README", "SECURITY", "CHANGELOG"))]
)
"""Every page, those made from the code included."""
WRITTEN = [page for page in PAGES if page not in GENERATED and DOCS in page.parents]
"""The pages of docs/ that a person wrote; being in a generated list explains nothing."""

FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def words() -> str:
    """The text of all written pages, on one line."""
    return " ".join(" ".join(page.read_text("utf-8").split()) for page in WRITTEN)


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


CHARTER = get_command(app)
COMMANDS = dict(commands(CHARTER, "charter"))


def relative(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named(name: str):
    assert re.search(rf"{name}\b", words())


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_named(name: str):
    assert f"CHARTER_{name.upper()}" in words()


def test_every_flow_is_named():
    text = (ROOT / "prefect.yaml").read_text("utf-8")
    deployed = re.findall(r"^  - name: (\w+)$", text, re.MULTILINE)
    assert len(deployed) == text.count("entrypoint:") > 0
    named = words()
    assert [flow for flow in deployed if f"`{flow}`" not in named] == []


def test_every_kind_of_letter_is_named():
    named = words()
    assert [kind for kind in KINDS if f"`{kind}`" not in named] == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_relative_link_leads_somewhere(page: Path):
    text = FENCE.sub("", page.read_text("utf-8"))
    found = [link for link in LINK.findall(text) if not re.match(r"[a-z]+:|#", link)]
    broken = [link for link in found if not (page.parent / link.partition("#")[0]).exists()]
    assert broken == []


def test_every_page_can_be_reached_from_the_index():
    reached, waiting = set[Path](), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        links = LINK.findall(page.read_text("utf-8"))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links]
    assert [relative(page) for page in WRITTEN if page not in reached] == []


def command_lines() -> Iterator[tuple[str, str]]:
    """Each `charter …` in a fenced block of a page, with the page."""
    for page in PAGES:
        for block in FENCE.findall(page.read_text("utf-8")):
            for line in re.split(r"\n|;|&&", block):
                line = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
                if line.startswith("charter "):
                    yield relative(page), line


@pytest.mark.parametrize(("page", "line"), sorted(set(command_lines())))
def test_every_command_line_is_one_the_programme_takes(page: str, line: str):
    """Parsed to the last option, and not run."""
    command: Any = CHARTER
    context, rest = None, shlex.split(line)[1:]
    name = "charter"
    while hasattr(command, "commands"):
        context = command.make_context(name, rest, parent=context)
        rest = [*context._protected_args, *context.args]
        name, command, rest = command.resolve_command(context, rest)
    command.make_context(name, rest, parent=context)


def spoken_of() -> Iterator[tuple[str, str]]:
    """Each `charter …` in a sentence of a page, with the page."""
    for page in PAGES:
        text = FENCE.sub("", page.read_text("utf-8"))
        for said in INLINE.findall(text):
            said = " ".join(said.split())
            if said.startswith("charter "):
                yield relative(page), said


@pytest.mark.parametrize(("page", "said"), sorted(set(spoken_of())))
def test_every_command_spoken_of_exists(page: str, said: str):
    """Options and what follows them are left alone; `charter letters` may stand for all of them."""
    command = CHARTER
    for word in re.sub(r"--now \S+", "", said).split()[1:]:
        if not hasattr(command, "commands") or word.startswith(("-", "…")):
            break
        assert word in command.commands, f"{page} speaks of `{said}`"
        command = command.commands[word]


def test_every_make_target_spoken_of_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    spoken = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert spoken
    assert spoken - targets == set()


def test_the_fields_a_first_return_requires_are_told_for_every_charter_version_that_ships():
    page = (DOCS / "for-providers.md").read_text("utf-8")
    told = {
        version: int(count) for version, count in re.findall(r"\| `([\w.-]+)` \| (\d+) \|", page)
    }
    shipped = [read_charter(text) for text in map(wiring.shipped, wiring.SHIPPED_CHARTERS)]
    assert told == {charter.version: charter.fields for charter in shipped}
    assert f"more than {MOST_FIELDS} is refused" in page
