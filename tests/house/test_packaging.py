"""What is shipped beside the code: the lock, the design system, the targets and the docs."""

import ast
import hashlib
import importlib.metadata
import re
import runpy
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "portal" / "static" / "vendor" / "nhsuk-10.6.1"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "uv.lock").read_text(encoding="utf-8")
PAIRS = {"0.10.2": "10.6.1"}
"""Which nhsuk-frontend the templates of each nhsuk-frontend-jinja are written for."""


def test_the_lock_names_only_the_public_index():
    hosts = set(re.findall(r"https?://([^/\"]+)", LOCK))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "file:" not in LOCK
    assert re.findall(r'path = "(/[^"]*)"', LOCK) == []


def test_the_pins_that_let_prefect_start_are_in_the_lock():
    locked = {p["name"]: p["version"] for p in tomllib.loads(LOCK)["package"] if "version" in p}
    assert locked["prefect"] == "3.8.8"
    major, minor = map(int, locked["fastapi"].split(".")[:2])
    assert (major, minor) < (0, 151)


def test_the_package_cannot_be_uploaded_by_mistake():
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_the_stylesheet_pairs_with_the_templates():
    installed = importlib.metadata.version("nhsuk-frontend-jinja")
    css = (VENDOR / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    banner = re.search(r'--nhsuk-frontend-version:"([^"]+)"', css)
    assert banner is not None
    assert banner[1] == PAIRS[installed]
    assert VENDOR.name == f"nhsuk-{banner[1]}"


def vendored() -> list[Path]:
    kinds = {".css", ".js", ".svg"}
    return sorted(path for path in VENDOR.rglob("*") if path.suffix in kinds)


@pytest.mark.parametrize("path", vendored(), ids=lambda path: path.name)
def test_no_vendored_file_names_an_outside_host_or_wears_the_nhs_marks(path: Path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text) == []
    assert not re.search(r"frutiger|@font-face|sourceMappingURL", text, re.IGNORECASE)


def test_every_image_the_stylesheet_names_is_there():
    css = (VENDOR / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    named = {n.strip("\"'") for n in re.findall(r"url\(([^)]*)\)", css) if "data:" not in n}
    assert named
    assert [name for name in named if not (VENDOR / name).is_file()] == []


def test_nothing_that_carries_the_nhs_lozenge_is_vendored():
    marks = ("favicon", "icon-mask", "icon-180", "icon-192", "icon-512", "opengraph", "manifest")
    assert [p.name for p in VENDOR.rglob("*") if any(mark in p.name for mark in marks)] == []


def test_the_vendored_folder_says_where_it_came_from():
    note = (VENDOR / "VENDORED.md").read_text(encoding="utf-8")
    script = runpy.run_path(str(VENDOR.parent / "build.py"))
    assert script["INTEGRITY"] in note
    assert script["VERSION"] in note
    assert "Permission is hereby granted" in (VENDOR / "LICENSE").read_text(encoding="utf-8")


def test_make_alone_lists_every_target():
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^make (\w+) ", listed, re.MULTILINE)
    assert targets == [
        "help",
        "setup",
        "demo",
        "test",
        "lint",
        "crash",
        "machine",
        "spends",
        "console",
        "bulletin",
        "year",
        "catalogues",
        "docs",
        "serve",
    ]


@pytest.mark.parametrize("script", [".ci/run", ".ci/uv"])
def test_the_shell_scripts_are_whole_and_can_be_run(script: str):
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)


@pytest.mark.parametrize("page", ["commands.md", "settings.md"])
def test_the_generated_docs_are_fresh(page: str):
    made = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == made[page], "run `make docs`"


def modules() -> list[Path]:
    rooms = ("charter", "providers", "notifications", "portal", "flows", "tests", "docs")
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def test_every_module_says_in_a_sentence_what_it_is_for():
    silent = []
    for path in modules():
        said = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")
        if not said[0].strip().endswith("."):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_no_two_vendored_icons_are_the_same_file():
    digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in VENDOR.rglob("*.svg")]
    assert len(digests) == len(set(digests))
