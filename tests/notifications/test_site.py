"""A bulletin is put in place whole or not at all, and anything changed in it is named."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from notifications import catalogue
from notifications.manifests import sha256
from notifications.rebuilding import rebuilt
from notifications.site import SiteRefused, alone, check_site, differs
from notifications.sitecheck import check_page
from tests.support.drawn import bulletin, drawn, faults, put
from tests.support.published import pages

HEAD = "ab" * 32
ALDER = "prisons/ALD/2026-27-Q2"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A home in which the bulletin stands; only looked at."""
    home = tmp_path_factory.mktemp("home")
    put(home, pages())
    return home


def shown(home):
    """Every byte a reader could fetch."""
    site = home / "site"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def reworded(words="A nurse now answers it every day."):
    """The pages with one reply on Alder Hill's page changed."""
    data = deepcopy(dict(pages()))
    data[ALDER]["asked"][0]["words"] = words
    return data


def departs(home, entries=3, data=None):
    """How the standing site departs from what these pages give."""
    files = rebuilt(bulletin(data or pages()), home / "site")
    return differs(home / "site", files.items(), entries, HEAD)


def test_what_is_written_is_what_was_drawn_and_the_manifest_says_so(site):
    files, _ = drawn(pages(), extras=True)
    assert (site / "site").resolve() == site / "sites" / "1"
    assert not (site / "site").readlink().is_absolute()
    stood = shown(site)
    manifest = json.loads(stood.pop("manifest.json"))
    del stood["signature.json"]
    assert sorted(stood) == sorted(files) == sorted(manifest["files"])
    assert all(stood[path] == files[path] for path in files if not path.endswith(".pdf"))
    assert manifest["ledger"] == {"entries": 3, "head": HEAD}
    assert check_site(site / "site") == []
    assert departs(site) == ""


def test_writing_the_same_again_changes_nothing(tmp_path):
    first = put(tmp_path, pages())
    stamp = (first.folder / "index.html").stat().st_mtime_ns
    again = put(tmp_path, pages())
    assert not again.swapped
    assert again.folder == first.folder
    assert (first.folder / "index.html").stat().st_mtime_ns == stamp


def test_only_what_changed_is_drawn_and_the_rest_is_linked(tmp_path, monkeypatch):
    first = put(tmp_path, pages())
    checked = []

    def check(path, content, sheet):
        checked.append(path)
        return check_page(path, content, sheet)

    monkeypatch.setattr(catalogue, "check_page", check)
    second = put(tmp_path, reworded())
    assert checked == [f"{ALDER}.html", "prisons/ALD/index.html"]
    assert b"every day" in (second.folder / f"{ALDER}.html").read_bytes()
    assert b"every day" not in (first.folder / f"{ALDER}.html").read_bytes()
    for path in ("index.html", "prisons/BIR/2026-27-Q2.html", "prisons/ALD/2026-27-Q1.html"):
        assert (first.folder / path).stat().st_ino == (second.folder / path).stat().st_ino


def test_another_release_draws_all_of_it_again(tmp_path, monkeypatch):
    put(tmp_path, pages())
    monkeypatch.setattr("notifications.drawing.release", lambda: "another")
    done = put(tmp_path, pages(), entries=4)
    linked = [one for one in done.folder.rglob("*.html") if one.stat().st_nlink > 1]
    assert linked == []


def test_a_file_that_was_tampered_with_is_written_afresh_not_linked(tmp_path):
    first = put(tmp_path, pages())
    was = (first.folder / "index.html").read_bytes()
    (first.folder / "index.html").write_bytes(b"other")
    put(tmp_path, pages())
    assert shown(tmp_path)["index.html"] == was
    assert check_site(tmp_path / "site") == []


def test_a_catalogue_that_was_lost_or_spoilt_costs_only_time(tmp_path):
    first = put(tmp_path, pages())
    (tmp_path / "sites" / "1.drawn").write_bytes(b'{"unit": "a"')
    second = put(tmp_path, reworded())
    assert second.folder != first.folder
    assert check_site(tmp_path / "site") == []
    (tmp_path / "sites" / "2.drawn").unlink()
    put(tmp_path, pages())
    assert departs(tmp_path) == ""


def test_a_stray_file_is_gone_after_the_next_writing(tmp_path):
    first = put(tmp_path, pages())
    (first.folder / "stray.html").write_text("x")
    assert put(tmp_path, pages()).swapped
    assert "stray.html" not in shown(tmp_path)


def test_the_site_that_stands_and_the_one_before_it_are_kept(tmp_path):
    for entries in range(1, 6):
        put(tmp_path, pages(), entries=entries)
    kept = sorted(one.name for one in (tmp_path / "sites").iterdir())
    assert kept == ["4", "4.drawn", "5", "5.drawn"]
    assert (tmp_path / "site").resolve().name == "5"


def test_what_a_killed_run_left_is_cleared_away(tmp_path):
    left = tmp_path / "sites" / "1.building"
    left.mkdir(parents=True)
    (left / "index.html").write_text("half")
    (tmp_path / "sites" / "7.drawn").write_text("half")
    put(tmp_path, pages())
    assert sorted(one.name for one in (tmp_path / "sites").iterdir()) == ["1", "1.drawn"]
    assert check_site(tmp_path / "site") == []


FULL: dict[str, tuple[Any, Any]] = {
    "at the first file": ("write", 1),
    "half way": ("write", 5),
    "when files are settled": (os, "fsync"),
    "when it is named": (Path, "rename"),
    "when it is swapped in": (Path, "symlink_to"),
}


@pytest.mark.parametrize("when", FULL)
def test_a_disk_that_fills_leaves_the_old_site_whole(tmp_path, monkeypatch, when):
    put(tmp_path, pages())
    before = shown(tmp_path)
    where, what = FULL[when]
    left = [what]

    def full(*_, **__):
        if where == "write" and left[0] > 1:
            left[0] -= 1
            return settle(*_)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    settle = os.fsync
    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if where == "write" else (where, what)), full)
        with pytest.raises(SiteRefused, match="the old one stands: No space left on device"):
            put(tmp_path, reworded())
    assert shown(tmp_path) == before
    assert check_site(tmp_path / "site") == []
    put(tmp_path, reworded())
    assert b"every day" in shown(tmp_path)[f"{ALDER}.html"]
    assert not list((tmp_path / "sites").glob("*.building"))
    assert departs(tmp_path, data=reworded()) == ""


def test_two_writers_at_once_leave_one_whole_site(tmp_path):
    def write(data):
        with alone(tmp_path, ".turn"):
            put(tmp_path, data)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [pages(), reworded()] * 2))
    assert check_site(tmp_path / "site") == []


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.html").write_text("mine")
    with pytest.raises(SiteRefused, match="not a link that we made"):
        put(tmp_path, pages())
    assert (tmp_path / "site" / "mine.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b'href="#main"', b'href="#nowhere"', "links to #nowhere, but that page has no such place"),
        (b"<h1>", b"<h1></h1><h1>", "has 2 main headings"),
        (b"<body>", b"<body><script>x</script>", "holds a script"),
        (b"<body>", b'<body onload="x()">', "holds a script"),
        (b"<body>", b'<body><img src="https://a.example/x">', "makes a browser fetch"),
        (b"<body>", b'<body><p style="color:red">', "makes a browser fetch or run"),
        (b"<body>", b'<body><a href="https://a.example/">x</a>', "links outside the bulletin"),
        (b"<body>", b'<body><a href="/root">x</a>', "links outside the bulletin"),
        (b"0808 808 2003", b"0808 808 3444", "does not give the helpline"),
        (b"<body>", b"<body><p><div></div></p>", "has a <div> within a paragraph"),
        (b"<body>", b"<body><p>", "closes a <body> that is not open there"),
        (b"</main>", b"</section>", "closes a <section> that is not open there"),
        (b"<body>", b'<body><p id="main"></p>', "has two places called main"),
        (b"<body>", b'<body><p id="a" id="b"></p>', "says something twice in one <p>"),
        (b"<body>", b'<body><a href="a"><a href="b"></a></a>', "has a link within a link"),
        (b" data-", b" data-no-", "tells something in a <div> that rests on nothing on record"),
    ],
)
def test_a_page_that_breaks_a_rule_is_told_of(site, old, new, fault):
    path = f"{ALDER}.html"
    content = (site / "site" / path).read_bytes()
    assert check_page(path, content, 0).faults == []
    assert old in content
    found = check_page(path, content.replace(old, new), 0).faults
    assert any(one.startswith(f"{path} {fault}") for one in found), found


def test_a_page_over_its_budget_is_told_of(site):
    content = (site / "site" / f"{ALDER}.html").read_bytes()
    assert (
        "over the wire, where 50,000 are allowed" in check_page("a.html", content, 49_000).faults[0]
    )


def test_a_page_that_fails_its_check_keeps_the_old_site_standing(tmp_path, monkeypatch):
    put(tmp_path, pages())
    before = shown(tmp_path)
    monkeypatch.setattr("notifications.catalogue.check_page", failing)
    with pytest.raises(
        SiteRefused, match=rf"is not published: {ALDER}\.html is wrong \(and 1 more"
    ):
        put(tmp_path, reworded())
    assert shown(tmp_path) == before
    assert not list((tmp_path / "sites").glob("*.building"))


def failing(path, content, sheet):
    checked = check_page(path, content, sheet)
    return checked.__class__([f"{path} is wrong"], checked.ids, checked.leads)


def test_a_link_to_what_is_not_there_keeps_a_bulletin_back():
    data = deepcopy(dict(pages()))
    data["index"]["contact"] = "Ask us."
    assert faults(data) == []
    found = faults({key: page for key, page in data.items() if key != "commitments/C1"})
    assert found == []  # what is not there is not linked to


def test_words_that_are_held_keep_a_bulletin_back_wherever_they_stand(tmp_path):
    held = {
        "where": "a reply",
        "kinds": ["name"],
        "source": {"return_id": 1},
        "text": sha256(b"A nurse now answers it on weekdays."),
    }
    data = deepcopy(dict(pages()))
    data[ALDER]["holds"] = [held]
    with pytest.raises(ValueError, match=rf"{ALDER}\.html shows words that are held: a reply"):
        faults(data)
    put(tmp_path, pages())
    before = shown(tmp_path)
    with pytest.raises(SiteRefused, match=r"is not published: .* shows words that are held"):
        put(tmp_path, data)
    assert shown(tmp_path) == before


def test_sums_that_do_not_add_up_are_not_published():
    timetable = "quarters/SAMPLE/2026-27-Q2"
    data = deepcopy(dict(pages()))
    data[timetable]["counts"]["received"] += 1
    found = faults(data)
    assert f"{timetable}.html says 7 updates are owed, but its states add up to 8" in found
    assert any("do not add up to 7" in one for one in found)
    data = deepcopy(dict(pages()))
    data[timetable]["rows"][0]["state"] = "nil"
    assert any("are not those counted" in one for one in faults(data))


def test_one_changed_character_of_a_page_is_named(tmp_path):
    put(tmp_path, pages())
    page = tmp_path / "site" / "prisons" / "ALD" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"Alder", b"Elder", 1))
    assert check_site(tmp_path / "site") == ["prisons/ALD/index.html has been changed"]
    assert departs(tmp_path) == "prisons/ALD/index.html is not what the record gives"


def test_a_changed_sheet_is_named_though_it_is_not_rebuilt(tmp_path):
    put(tmp_path, pages())
    sheet = tmp_path / "site" / "prisons" / "ALD" / "sheet.pdf"
    sheet.write_bytes(sheet.read_bytes() + b" ")
    assert departs(tmp_path) == "prisons/ALD/sheet.pdf has been changed"


def test_missing_and_extra_files_are_named(tmp_path):
    put(tmp_path, pages())
    site = tmp_path / "site"
    (site / "feed.xml").unlink()
    assert check_site(site) == ["feed.xml is missing"]
    assert departs(tmp_path) == "feed.xml is missing from the bulletin"
    put(tmp_path, pages())
    (site / "extra.html").write_text("x")
    assert check_site(site)[0] == "extra.html is extra: the manifest does not name it"
    assert departs(tmp_path).startswith("extra.html stands in the bulletin")


def test_a_manifest_that_was_changed_is_named(tmp_path):
    put(tmp_path, pages())
    name = tmp_path / "site" / "manifest.json"
    whole = name.read_bytes()
    assert "another state of the ledger" in departs(tmp_path, entries=4)
    name.write_bytes(whole + b" ")
    assert departs(tmp_path) == "manifest.json is not what the record gives"
    for wrong in (
        b"[]",
        b"{",
        b'{"files": [], "ledger": {}}',
        b'{"files": {"a": 1}, "ledger": {}}',
        b'{"files": {"../a": "b"}, "ledger": {"entries": 1, "head": ""}}',
    ):
        name.write_bytes(wrong)
        assert check_site(tmp_path / "site") == ["manifest.json cannot be read"]
        assert departs(tmp_path) == "manifest.json cannot be read"
    name.unlink()
    assert check_site(tmp_path / "site") == ["manifest.json is missing"]


def test_where_no_bulletin_stands_that_is_said(tmp_path):
    assert check_site(tmp_path / "site")[0].startswith("no bulletin stands at")
    assert departs(tmp_path).startswith("no bulletin stands at")
