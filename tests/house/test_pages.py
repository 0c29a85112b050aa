"""The reader of pages: it lets a good page through and names each fault of a bad one."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route

from tests.support.pages import PageClient, page_faults

GOOD = """<!doctype html>
<html lang="en"><head><title>Your returns - Charter</title>
<link rel="stylesheet" href="/static/app.css"><script type="module" src="/static/a.js"></script>
<script nonce="abc">document.body.className += ' js'</script></head>
<body><main><h1><span class="nhsuk-caption-l">Avon Health</span> Your returns</h1>
<form method="post" action="/name"><input type="hidden" name="token" value="t">
<input name="who" value="Avon"><button name="next" value="yes">Save</button></form>
<a href="https://elsewhere.example/">Elsewhere</a></main></body></html>"""


def test_a_good_page_has_no_fault():
    assert page_faults(GOOD, nonce="abc") == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("</h1>", "</h1><h1>Again</h1>", "one h1"),
        ("<title>Your", "<title>My", "does not start with the h1"),
        ("<main>", '<main id="a"><p id="a"></p>', "used 2 times"),
        ('nonce="abc"', "", "has no nonce"),
        ('nonce="abc"', 'nonce="guess"', "has no nonce"),
        ("<main>", '<main style="color: red">', "inline style"),
        ("<main>", '<main onclick="go()">', "inline onclick"),
        ("<main>", "<style>p {}</style><main>", "style element"),
        ('action="/name"', 'action="https://elsewhere.example/"', "leads outside"),
        ('href="/static', 'href="//cdn.example', "leads outside"),
        ("<main>", '<main><img alt="" src="https://elsewhere.example/a.png">', "leads outside"),
        ("<main>", "<main><p><div></p></div>", "HTML"),
        (' lang="en"', "", "says its language"),
        ("<main>", '<main><svg class="nhsuk-header__logo"></svg>', "NHS logo"),
        ('href="https://elsewhere.example/"', 'href="javascript:go()"', "script in href"),
    ],
)
def test_each_fault_is_named(before: str, after: str, fault: str):
    bad = GOOD.replace(before, after, 1)
    assert bad != GOOD
    assert any(fault in found for found in page_faults(bad, nonce="abc"))


def test_a_page_that_reports_an_error_says_so_before_its_title():
    assert page_faults(GOOD.replace("<title>", "<title>Error: "), nonce="abc") == []


async def _show(request: Request) -> HTMLResponse:
    policy = {"content-security-policy": "script-src 'self' 'nonce-abc'"}
    return HTMLResponse(GOOD, headers=policy)


async def _save(request: Request) -> RedirectResponse:
    form = await request.form()
    sent = "&".join(f"{name}={value}" for name, value in form.items())
    return RedirectResponse(f"/?{sent}", status_code=303)


APP = Starlette(routes=[Route("/", _show), Route("/name", _save, methods=["POST"])])


def test_a_form_is_sent_as_a_browser_sends_it(open_pages: Callable[..., PageClient]):
    page = open_pages(APP).get("/")
    assert page.h1 == "Avon Health Your returns"
    after = page.submit({"who": "Brook"}, button="Save")
    assert dict(after.response.url.params) == {"token": "t", "who": "Brook", "next": "yes"}


def test_a_bad_page_fails_the_test_that_fetched_it(open_pages: Callable[..., PageClient]):
    async def bad(request: Request) -> HTMLResponse:
        return HTMLResponse("<p>no heading")

    pages = open_pages(Starlette(routes=[Route("/", bad)]))
    with pytest.raises(AssertionError, match="one h1"):
        pages.get("/")
