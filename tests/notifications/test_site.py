"""A bulletin is put in place whole or not at all, and anything changed in it is named."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from notifications.bulletin import render
from notifications.site import SiteRefused, check_site, differs, faults_of, write_site
from tests.support.published import pages

HEAD = "ab" * 32


@pytest.fixture(scope="module")
def files():
    return render(pages())


def put(home, files, entries=3):
    return write_site(home, files, entries=entries, head=HEAD)


def shown(home):
    """Every byte a reader could fetch."""
    site = home / "site"
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file()
    }


def broken(files, path, old, new):
    text = files[path].replace(old, new, 1)
    assert text != files[path]
    return {**files, path: text}


def test_what_is_written_is_what_was_drawn_and_the_manifest_says_so(tmp_path, files):
    done = put(tmp_path, files)
    assert done.swapped
    assert (tmp_path / "site").resolve() == done.folder == tmp_path / "sites" / "1"
    assert not (tmp_path / "site").readlink().is_absolute()
    stood = shown(tmp_path)
    manifest = json.loads(stood.pop("manifest.json"))
    assert stood == files
    assert sorted(manifest["files"]) == sorted(files)
    assert manifest["ledger"] == {"entries": 3, "head": HEAD}
    assert check_site(tmp_path / "site") == []
    assert differs(tmp_path / "site", files, 3, HEAD) == ""


def test_writing_the_same_again_changes_nothing(tmp_path, files):
    first = put(tmp_path, files)
    stamp = (first.folder / "index.html").stat().st_mtime_ns
    again = put(tmp_path, files)
    assert not again.swapped
    assert again.changed == ()
    assert again.folder == first.folder
    assert (first.folder / "index.html").stat().st_mtime_ns == stamp


def test_unchanged_pages_are_linked_and_changed_ones_written(tmp_path, files):
    first = put(tmp_path, files)
    edited = broken(files, "accessibility.html", b"Print a page.", b"Print any page.")
    second = put(tmp_path, edited)
    assert set(second.changed) == {"accessibility.html", "manifest.json"}
    assert second.linked == len(files) - 1
    same = [(one / "index.html").stat().st_ino for one in (first.folder, second.folder)]
    assert same[0] == same[1]
    assert b"any page" not in (first.folder / "accessibility.html").read_bytes()


def test_a_file_that_was_tampered_with_is_written_afresh_not_linked(tmp_path, files):
    first = put(tmp_path, files)
    (first.folder / "index.html").write_bytes(b"other")
    put(tmp_path, files)
    assert shown(tmp_path)["index.html"] == files["index.html"]
    assert check_site(tmp_path / "site") == []


def test_a_stray_file_is_gone_after_the_next_writing(tmp_path, files):
    first = put(tmp_path, files)
    (first.folder / "stray.html").write_text("x")
    assert put(tmp_path, files).swapped
    assert "stray.html" not in shown(tmp_path)


def test_the_site_that_stands_and_the_one_before_it_are_kept(tmp_path, files):
    for entries in range(1, 6):
        put(tmp_path, files, entries)
    kept = sorted(one.name for one in (tmp_path / "sites").iterdir() if one.is_dir())
    assert kept == ["4", "5"]
    assert (tmp_path / "site").resolve().name == "5"


def test_what_a_killed_run_left_is_cleared_away(tmp_path, files):
    left = tmp_path / "sites" / "1.building"
    left.mkdir(parents=True)
    (left / "index.html").write_text("half")
    put(tmp_path, files)
    assert not left.exists()
    assert check_site(tmp_path / "site") == []


@pytest.mark.parametrize("when", ["open", "rename", "symlink"])
def test_a_disk_that_fills_leaves_the_old_site_whole(tmp_path, files, monkeypatch, when):
    put(tmp_path, files)
    before = shown(tmp_path)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    edited = broken(files, "accessibility.html", b"Print a page.", b"Print any page.")
    with monkeypatch.context() as patch:
        if when == "open":
            patch.setattr(os, "fsync", full)
        elif when == "rename":
            patch.setattr(Path, "rename", full)
        else:
            patch.setattr(Path, "symlink_to", full)
        with pytest.raises(SiteRefused, match="the old one stands: No space left on device"):
            put(tmp_path, edited)
    assert shown(tmp_path) == before
    assert check_site(tmp_path / "site") == []
    put(tmp_path, edited)
    assert shown(tmp_path)["accessibility.html"] == edited["accessibility.html"]
    assert not list((tmp_path / "sites").glob("*.building"))


def test_two_writers_at_once_leave_one_whole_site(tmp_path, files):
    edited = broken(files, "accessibility.html", b"Print a page.", b"Print any page.")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda which: put(tmp_path, which), [files, edited] * 3))
    assert check_site(tmp_path / "site") == []


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path, files):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.html").write_text("mine")
    with pytest.raises(SiteRefused, match="not a link that we made"):
        put(tmp_path, files)
    assert (tmp_path / "site" / "mine.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b'href="how-this-works.html"', b'href="gone.html"', "links to gone.html, which is not"),
        (b'href="#main"', b'href="#nowhere"', "links to #nowhere, but that page has no such place"),
        (b"<h1>", b"<h1></h1><h1>", "has 2 main headings"),
        (b"<body>", b"<body><script>x</script>", "holds a script"),
        (b"<body>", b'<body onload="x()">', "holds a script"),
        (b"<body>", b'<body><img src="https://a.example/x">', "makes a browser fetch"),
        (b"<body>", b'<body><p style="color:red">', "makes a browser fetch or run"),
        (b"<body>", b'<body><a href="https://a.example/">x</a>', "links outside the bulletin"),
        (b"<body>", b'<body><a href="/root">x</a>', "links outside the bulletin"),
        (b"0808 808 2003", b"0808 808 3444", ""),
    ],
)
def test_a_page_that_breaks_a_rule_keeps_the_old_site_standing(tmp_path, files, old, new, fault):
    put(tmp_path, files)
    before = shown(tmp_path)
    wrong = broken(files, "index.html", old, new)
    if not fault:
        fault = "does not give the helpline"
        wrong["index.html"] = files["index.html"].replace(old, new)
    assert any(fault in one for one in faults_of(wrong))
    with pytest.raises(SiteRefused, match=r"is not published: index\.html"):
        put(tmp_path, wrong)
    assert shown(tmp_path) == before


def test_sums_that_do_not_add_up_are_not_published(files):
    timetable = "quarters/SAMPLE/2026-27-Q2.html"
    wrong = broken(files, timetable, b'data-count="received">3', b'data-count="received">4')
    assert faults_of(wrong) == [f"{timetable} says 7 updates are owed, but its states add up to 8"]
    missing = broken(files, timetable, b'data-count="nil"', b"data-other")
    assert "add up to 6" in faults_of(missing)[0]


def test_tables_that_do_not_match_their_counts_are_not_published(files):
    name = "data/returns.json"
    wrong = broken(files, name, b'"received": 3', b'"received": 4')
    assert "do not add up to 7" in faults_of(wrong)[0]
    other = broken(files, name, b'"state": "nil"', b'"state": "received"')
    assert "are not those counted" in faults_of(other)[0]


def test_nothing_is_not_a_bulletin():
    assert faults_of({}) == ["there is no page to publish"]


def test_one_changed_character_of_a_page_is_named(tmp_path, files):
    put(tmp_path, files)
    page = tmp_path / "site" / "prisons" / "ALD" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"kept 5", b"kept 6", 1))
    assert check_site(tmp_path / "site") == ["prisons/ALD/index.html has been changed"]
    found = differs(tmp_path / "site", files, 3, HEAD)
    assert found == "prisons/ALD/index.html is not what the record gives"


def test_missing_and_extra_files_are_named(tmp_path, files):
    put(tmp_path, files)
    site = tmp_path / "site"
    (site / "feed.xml").unlink()
    assert check_site(site) == ["feed.xml is missing"]
    assert differs(site, files, 3, HEAD) == "feed.xml is missing from the bulletin"
    (site / "extra.html").write_text("x")
    assert check_site(site)[0] == "extra.html is extra: the manifest does not name it"
    assert differs(site, files, 3, HEAD).startswith("extra.html stands in the bulletin")


def test_a_manifest_that_was_changed_is_named(tmp_path, files):
    put(tmp_path, files)
    name = tmp_path / "site" / "manifest.json"
    whole = name.read_bytes()
    assert "another state of the ledger" in differs(tmp_path / "site", files, 4, HEAD)
    name.write_bytes(whole + b" ")
    assert (
        differs(tmp_path / "site", files, 3, HEAD) == "manifest.json is not what the record gives"
    )
    for wrong in (
        b"[]",
        b"{",
        b'{"files": [], "ledger": {}}',
        b'{"files": {"a": 1}, "ledger": {}}',
    ):
        name.write_bytes(wrong)
        assert check_site(tmp_path / "site") == ["manifest.json cannot be read"]
        assert differs(tmp_path / "site", files, 3, HEAD) == "manifest.json cannot be read"
    name.unlink()
    assert check_site(tmp_path / "site") == ["manifest.json is missing"]


def test_where_no_bulletin_stands_that_is_said(tmp_path, files):
    assert check_site(tmp_path / "site")[0].startswith("no bulletin stands at")
    assert differs(tmp_path / "site", files, 3, HEAD).startswith("no bulletin stands at")
