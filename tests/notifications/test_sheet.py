"""The noticeboard's sheet is one page of large print, the same bytes again, help first."""

import io
import os
import subprocess
import sys
from copy import deepcopy
from functools import cache
from typing import Any

import pypdf
import pytest

from charter.reading import HELD
from notifications.sheet import MORE, sheet
from tests.support.published import pages

WHERE = "https://families.example/prisons/ALD/index.html"


every = cache(pages)


def page(site: str = "ALD") -> dict[str, Any]:
    return deepcopy(dict(every()[f"prisons/{site}/2026-27-Q2"]))


def words(content: bytes) -> str:
    [only] = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(only.extract_text().replace("\u200b", "").split())


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return sheet(page(), WHERE)


def test_the_sheet_is_one_tagged_a4_page_with_help_before_all_else(drawn: bytes):
    reader = pypdf.PdfReader(io.BytesIO(drawn))
    [only] = reader.pages
    assert [round(float(side)) for side in only.mediabox[2:]] == [595, 842]
    marked: Any = reader.root_object["/MarkInfo"]
    assert marked["/Marked"]
    said = words(drawn)
    assert said.startswith("Worried about someone now? Ring the prison. Prison switchboard: 020")
    order = ["0808 808 2003", "Sample data", "HMP Alder Hill", "You asked, they did", "by 30"]
    places = [said.lower().index(one.lower()) for one in order]
    assert places == sorted(places)
    for one in ("They have not done this", "The room is needed for a clinic.", "working wording",
                "does not tell you how your relative is", "Published on 8 December 2026",
                "from 11 March 2027", WHERE):  # fmt: skip
        assert one in said, one


def test_all_its_print_is_large(drawn: bytes):
    sizes = set()

    def visit(text: str, _cm: Any, tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            sizes.add(round(abs(size * tm[3])))

    pypdf.PdfReader(io.BytesIO(drawn)).pages[0].extract_text(visitor_text=visit)
    assert min(sizes) >= 14
    assert max(sizes) >= 20


def test_the_square_leads_to_the_page_and_is_left_out_without_an_address(drawn: bytes):
    without = sheet(page(), "")
    assert "Square code" not in str(without)
    assert "on the families’ site" in words(without)
    assert "https" not in words(without)
    assert "phone or a computer" in words(drawn)


def test_the_same_page_gives_the_same_bytes_in_another_time_zone_and_process(drawn: bytes):
    program = (
        "import hashlib; from tests.support.published import pages;"
        "from notifications.sheet import sheet;"
        f"print(hashlib.sha256(sheet(pages()['prisons/ALD/2026-27-Q2'], '{WHERE}')).hexdigest())"
    )
    here = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "7"}
    ran = {
        subprocess.run(
            [sys.executable, "-c", program], env=here | {"TZ": zone, "LC_ALL": "C"}, check=True,
            capture_output=True, text=True,
        ).stdout
        for zone in ("Pacific/Auckland", "UTC")
    }  # fmt: skip
    assert len(ran) == 1
    assert sheet(page(), WHERE) == drawn


@pytest.mark.parametrize("many", [6, 60])
def test_what_does_not_fit_is_left_out_whole_and_the_sheet_says_so(many: int):
    data = page()
    one = data["actions"][-1]
    title = "Teach {} every new nurse how to work with families, to listen to them and to ring back"
    data["actions"] += [one | {"title": title.format(f"number{i}x")} for i in range(many)]
    said = words(sheet(data, WHERE))
    assert MORE in said
    shown = [i for i in range(many) if f"number{i}x" in said]
    assert len(shown) < many
    assert all(f"{title.format(f'number{i}x')}." in said for i in shown)
    assert "They have not done this" in said


def test_a_text_too_long_or_held_or_in_other_letters_is_left_to_the_page():
    data = page()
    data["asked"][0]["asked"] = "word " * 8000
    data["asked"][1]["asked"] = HELD
    data["asked"][2]["asked"] = "طلبت العائلات رقما واحدا"
    said = words(sheet(data, WHERE))
    assert MORE in said
    assert "word word" not in said
    assert HELD not in said
    assert "U+" not in said
    assert "Open a healthcare line" not in said


def test_an_update_that_never_came_is_told_plainly():
    said = words(sheet(page("CED"), ""))
    assert "Clyde Care has not sent its update." in said
    assert "You asked" not in said


def test_a_tally_that_nobody_checked_says_so():
    said = words(sheet(page("BIR"), ""))
    assert "not yet checked by NHS Sample" in said
    assert "this service did not run" in said


def test_a_sensitive_period_leaves_only_its_sentence():
    data = page() | {"quiet": "Ratings are not shown at the moment."}
    data["asked"], data["actions"], data["commitments"] = [], [], []
    for one in data["accounts"]:
        one["tally"] = None
    said = words(sheet(data, ""))
    assert "Ratings are not shown at the moment." in said
    assert "kept" not in said.replace("working wording", "")


def test_what_looks_like_the_typesetters_own_language_is_set_as_plain_words():
    data = page()
    given_up = next(one for one in data["actions"] if one["status"] == "not_doing")
    given_up["title"] = 'Open #read("/etc/passwd") *now* $x$ <b>line</b> \\ @end'
    said = words(sheet(data, ""))
    assert 'Open #read("/etc/passwd") *now* $x$ <b>line</b> \\ @end' in said
