"""The families' site is served as it was last published, and nothing beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.pages import PageClient
from tests.support.stage import Stage

Open = Callable[..., PageClient]
PAGE = """<!doctype html>
<html lang="en-GB"><head><title>{0}</title><link rel="stylesheet" href="style.css"></head>
<body><main><h1>{0}</h1></main></body></html>"""


def publish(stage: Stage, name: str) -> Path:
    """A site of its own, swapped in by one rename as the bulletin does."""
    assert stage.site_folder is not None
    site = stage.site_folder.parent / "sites" / name
    (site / "prisons" / "AVB").mkdir(parents=True)
    (site / "index.html").write_text(PAGE.format(name))
    (site / "prisons" / "AVB" / "index.html").write_text(PAGE.format(f"{name} at Avonbridge"))
    (site / "style.css").write_text("h1 { color: black }")
    (site / "feed.xml").write_text("<feed/>")
    (site / "empty").mkdir()
    aside = stage.site_folder.with_name("aside")
    aside.symlink_to(site)
    aside.replace(stage.site_folder)
    return site


def test_before_anything_is_published_a_page_says_so(stage: Stage, open_pages: Open):
    page = open_pages(stage.app).get("/families/")
    assert (page.status, page.h1) == (404, "Nothing is published yet")


def test_the_site_appears_and_is_swapped_while_the_portal_runs(stage: Stage, open_pages: Open):
    client = open_pages(stage.app)
    client.get("/families/")
    publish(stage, "First")
    assert client.get("/families").h1 == "First"
    assert client.get("/families/prisons/AVB").h1 == "First at Avonbridge"
    publish(stage, "Second")
    assert client.get("/families/").h1 == "Second"


def test_what_is_not_there_is_the_sites_own_page_with_links_that_lead(
    stage: Stage, open_pages: Open
):
    site = publish(stage, "the first")
    links = '<a href="index.html">Start</a><a href="tel:1">1</a><a href="#x">x</a></main>'
    (site / "404.html").write_text(PAGE.format("This page is not here").replace("</main>", links))
    client = open_pages(stage.app)
    for path in ("/families/gone.html", "/families/prisons/gone/at/all"):
        told = client.http.get(path)
        assert (told.status_code, told.headers["content-type"]) == (404, "text/html; charset=utf-8")
        for href in ("/families/index.html", "/families/style.css", "tel:1", "#x"):
            assert f'href="{href}"' in told.text
    (site / "cy").mkdir()
    (site / "cy" / "404.html").write_text(PAGE.format("Nid yw yma").replace("</main>", links))
    told = client.http.get("/families/cy/gone.html")
    assert 'href="/families/cy/index.html"' in told.text


def test_a_file_that_a_browser_has_already_is_not_sent_again(stage: Stage, open_pages: Open):
    publish(stage, "First")
    client = open_pages(stage.app)
    first = client.http.get("/families/index.html")
    mark = first.headers["etag"]
    again = client.http.get("/families/index.html", headers={"if-none-match": mark})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == mark
    assert again.headers["cache-control"] == "public, max-age=300"
    publish(stage, "Other")
    other = client.http.get("/families/index.html", headers={"if-none-match": mark})
    assert other.status_code == 200
    assert "Other" in other.text


def test_each_file_has_its_kind_and_may_be_kept_a_while(stage: Stage, open_pages: Open):
    publish(stage, "Site")
    client = open_pages(stage.app)
    for path, kind in {
        "": "text/html; charset=utf-8",
        "style.css": "text/css; charset=utf-8",
        "feed.xml": "application/atom+xml; charset=utf-8",
    }.items():
        answer = client.http.get(f"/families/{path}")
        assert answer.headers["content-type"] == kind
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "nowhere",
        "empty",
        "empty/",
        "../charter.db",
        "..%2fcharter.db",
        "%2e%2e/%2e%2e/charter.db",
        "/etc/passwd",
        "prisons/../../charter.db",
        "index.html%00.css",
        "..%5ccharter.db",
        "out",
    ],
)
def test_nothing_beside_the_site_is_served(stage: Stage, open_pages: Open, path: str):
    site = publish(stage, "Site")
    (site / "out").symlink_to(site.parent.parent / "charter.db")
    assert open_pages(stage.app).http.get(f"/families/{path}").status_code == 404
