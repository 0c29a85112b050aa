"""The console as somebody of another region, or of ill will, would try it."""

import re
from collections.abc import Callable

from tests.portal.test_access import ACCESS, filled, token_of
from tests.support.pages import PageClient
from tests.support.stage import ADAM, CORA, IRIS, LENA, OTTO, Stage

Open = Callable[..., PageClient]
ASKED = (
    *("all", "before", "commitment", "did", "done", "find", "first", "kind", "last", "left", "of"),
    *("outcome", "page", "party", "practice", "prison", "provider", "return", "shared", "show"),
    *("sort", "state", "status", "table", "then", "to", "view", "waits", "who", "whole", "with"),
)
"""Everything that a page of the portal reads from its address."""
ODD = ("%", "_" * 40, "\\", "'", "\u0661", "9" * 400, "-1", "\u202e", "\uffff", "", "<b>")
FIELDS = """agree answered arrived attendance away base basis basis-entries basis-file basis-name
    called_on checked code commitment declined definition deputy due email faithful first go group
    heard_on instead_of kind last link method minutes name nobody_named of opens party passed_on
    period pick practice prison public quarter question rating reason reference revision role seen
    sha share site source stands starts switchboard safer_custody family_line text to_whom version
    what why with words valued worried positive negative count-letters
    reply-1-faithful reply-1-reason"""
"""Everything that a form of the console is read for, dates left out."""
DATES = ("called_on", "checked", "due", "first", "heard_on", "last", "opens", "passed_on", "starts")
THINGS = ("{return_id}", "{member}", "{key}", "{request_id}", "{site}")
"""Parts of an address that stand for something of one region's."""


def pages_of_the_console() -> list[str]:
    return [path for method, path in ACCESS if method == "GET" and path.startswith("/console")]


def test_nothing_asked_of_a_page_in_its_address_breaks_it(any_stage: Stage, open_pages: Open):
    cora = any_stage.enters(open_pages, CORA)
    for path in pages_of_the_console():
        address = filled(any_stage, path)
        for turn in (0, 4, 7):
            asked = {name: ODD[(at + turn) % len(ODD)] for at, name in enumerate(ASKED)}
            answer = cora.http.get(address, params=asked)
            assert answer.status_code in (200, 303, 403, 404, 422), (path, asked)


def test_an_address_with_a_nul_in_it_names_nothing(any_stage: Stage, open_pages: Open):
    cora, region = any_stage.enters(open_pages, CORA), any_stage.ref().region
    here = f"/console/regions/{region}"
    for address in (f"{here}/record?who=a%00b", f"{here}/letters?to=%00", f"{here}/letters/%00"):
        assert cora.get(address).status == 404
    assert cora.get("/sign-in/link/%00").status == 404
    assert cora.get(f"{here}/record?who=%2500").status == 200


def test_no_part_of_an_address_breaks_a_page(any_stage: Stage, open_pages: Open):
    cora = any_stage.enters(open_pages, CORA)
    for path in pages_of_the_console():
        for part in re.findall(r"\{\w+\}", path):
            for odd in ("%00", "a%25", "%E2%80%AE", "..", "9" * 400):
                address = filled(any_stage, path.replace(part, odd))
                answer = cora.http.get(address)
                assert answer.status_code in (200, 303, 403, 404), (path, part, odd)


def test_a_thing_of_one_region_does_not_open_below_another(stage: Stage, open_pages: Open):
    otto = stage.enters(open_pages, OTTO)
    token, far = token_of(otto), stage.ref_of_eve().region
    tried = 0
    for method, path in ACCESS:
        if "{region}" not in path or not any(one in path for one in THINGS):
            continue
        address = filled(stage, path.replace("{region}", far))
        body = {"token": token, "reason": "Because", "seen": "", "arrived": "yes", "why": "x"}
        headers = {"Sec-Fetch-Site": "same-origin"}
        answer = otto.http.request(
            method,
            address,
            data=body if method == "POST" else None,
            headers=headers,
            follow_redirects=False,
        )
        assert answer.status_code in (403, 404), (method, path)
        tried += 1
    assert tried > 15


def test_no_field_of_a_form_breaks_the_console(any_stage: Stage, open_pages: Open):
    everybody = {"commissioner": CORA, "partner": LENA, "administrator": ADAM, "arbiter": IRIS}
    for who, email in everybody.items():
        client = any_stage.enters(open_pages, email)
        token = token_of(client)
        for method, path in ACCESS:
            if method == "POST" and path.startswith("/console") and email in ACCESS[method, path]:
                for odd in ("a\x00b", "\u0661", "9" * 400):
                    sent = dict.fromkeys(FIELDS.split(), odd) | {"token": token}
                    sent |= {f"{d}-{part}": odd for d in DATES for part in ("day", "month", "year")}
                    headers = {"Sec-Fetch-Site": "same-origin"}
                    address = filled(any_stage, path)
                    answer = client.http.post(
                        address, data=sent, headers=headers, follow_redirects=False
                    )
                    assert answer.status_code in (303, 404, 409, 422), (who, path, odd)
