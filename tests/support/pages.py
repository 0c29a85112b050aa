"""Fetches pages as a person without script would, and refuses any that break the rules."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from xml.etree.ElementTree import Element

import html5lib
from starlette.testclient import TestClient

BASE = "https://portal.example"
FETCHED = {"src", "srcset", "poster", "data", "action", "formaction", "background"}
"""Attributes a browser follows by itself, or sends what was typed to."""
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
TYPED = {"input", "select", "textarea"}
INLINE = {"span", "button", "label", "bdi", "strong"}
BLOCKS = {"p", "div", "ul", "ol", "dl", "table", "h2", "h3"}
"""What the standard allows in no inline element, though parsers let it pass."""


@lru_cache(maxsize=8)
def parse(html: str) -> tuple[Element, list[str]]:
    """The tree of a page, and what html5lib found wrong with it; read once, so neither is changed.

    It takes longer than the portal took to make the page.
    """
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    lines = html.splitlines() or [""]
    faults = []
    for (line, _column), code, data in parser.errors:
        near = lines[min(line, len(lines)) - 1].strip()[:120]
        faults.append(f"HTML: {code} {data or ''} near line {line}: {near}")
    return tree, faults


def words(element: Element | None, *, without: str = "") -> str:
    """The text in an element, single-spaced; parts whose class starts with `without` left out."""
    if element is None:
        return ""

    def walk(node: Element) -> str:
        if node.tag in {"script", "style", "template"} or not isinstance(node.tag, str):
            return ""
        if without and any(c.startswith(without) for c in node.get("class", "").split()):
            return ""
        return (node.text or "") + "".join(walk(child) + (child.tail or "") for child in node)

    return " ".join(walk(element).split())


def _heading_faults(tree: Element) -> list[str]:
    headings = tree.findall(".//h1")
    if len(headings) != 1:
        return [f"a page has one h1, this has {len(headings)}"]
    title = words(tree.find(".//title")).removeprefix("Error: ")
    spoken = {words(headings[0]), words(headings[0], without="nhsuk-caption")}
    if not any(text and title.startswith(text) for text in spoken):
        return [f"the title {title!r} does not start with the h1 {words(headings[0])!r}"]
    return []


def _id_faults(tree: Element) -> list[str]:
    ids = [element.get("id", "") for element in tree.iter() if "id" in element.attrib]
    return [
        f"the id {i!r} is used {ids.count(i)} times" for i in sorted(set(ids)) if ids.count(i) > 1
    ]


def _policy_faults(element: Element, nonce: str | None) -> list[str]:
    """What a strict content security policy would refuse in this one element."""
    faults = []
    if element.tag == "script" and "src" not in element.attrib:
        given = element.get("nonce")
        data = element.get("type", "").endswith("json")
        if not data and (given is None or given != nonce):
            faults.append("an inline script has no nonce that the policy names")
    if element.tag == "style":
        faults.append("a style element")
    for name, value in element.attrib.items():
        if name == "style" or name.startswith("on"):
            faults.append(f"an inline {name} on <{element.tag}>")
        if name != "value" and value.strip().lower().startswith("javascript:"):
            faults.append(f"script in {name} of <{element.tag}>")
    return faults


def _outside_faults(element: Element) -> list[str]:
    """What would make a browser call, or post to, another host."""
    names = FETCHED | ({"href"} if element.tag in {"link", "base", "image", "use"} else set())
    return [
        f"<{element.tag} {name}> leads outside: {value}"
        for name, value in element.attrib.items()
        if name in names and OUTSIDE.match(value)
    ]


def page_faults(html: str, *, nonce: str | None = None) -> list[str]:
    """Everything wrong with a page by the rules of the house, as sentences; none is a pass."""
    tree, found = parse(html)
    faults = list(found)
    if not html.lstrip().lower().startswith("<!doctype html>"):
        faults.append("a page starts with <!doctype html>")
    root = tree if tree.tag == "html" else tree.find("html")
    if root is None or not root.get("lang"):
        faults.append("a page says its language")
    faults += _heading_faults(tree) + _id_faults(tree)
    for element in tree.iter():
        if isinstance(element.tag, str):
            faults += _policy_faults(element, nonce) + _outside_faults(element)
    faults += [
        f"<{block.tag}> inside a <{element.tag}>"
        for element in tree.iter()
        if element.tag in INLINE
        for block in element.iter()
        if block.tag in BLOCKS
    ]
    faults += ["a form says nowhere to go" for form in tree.iter("form") if not form.get("action")]
    if "nhsuk-header__logo" in html or "assets.nhs.uk" in html:
        faults.append("a page wears the NHS logo or fetches NHS fonts, which are not ours to use")
    return faults


def check_page(html: str, *, nonce: str | None = None, where: str = "page") -> None:
    """Fails with every fault of the page at once."""
    faults = page_faults(html, nonce=nonce)
    assert not faults, f"{where} breaks the rules of the house:\n  " + "\n  ".join(faults)


class Page:
    """One fetched page: what it says, and where its links and forms lead."""

    def __init__(self, client: "PageClient", response: Any) -> None:
        self.client = client
        self.response = response
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.path: str = response.url.path
        self.html: str = response.text if is_html(response) else ""
        self.tree, _ = parse(self.html)

    @property
    def title(self) -> str:
        """The words of <title>."""
        return words(self.tree.find(".//title"))

    @property
    def h1(self) -> str:
        """The words of the one h1."""
        return words(self.tree.find(".//h1"))

    @property
    def text(self) -> str:
        """All the words a person can read, spaces made single."""
        return words(self.tree.find(".//body"))

    @property
    def links(self) -> dict[str, str]:
        """Where each link leads, by its words."""
        return {words(a): a.get("href", "") for a in self.tree.iter("a")}

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary, in order."""
        boxes = [e for e in self.tree.iter() if "nhsuk-error-summary" in e.get("class", "").split()]
        return [words(item) for box in boxes for item in box.iter("li")]

    def click(self, link: str) -> "Page":
        """Follows the link with these words."""
        assert link in self.links, f"no link {link!r} among {sorted(self.links)}"
        return self.client.get(self.response.url.join(self.links[link]))

    def fields(self, form: Element) -> dict[str, list[str]]:
        """What a browser would send if the form were sent untouched, buttons left out."""
        sent: dict[str, list[str]] = {}
        for element in form.iter():
            name = element.get("name")
            if element.tag in TYPED and name and "disabled" not in element.attrib:
                sent.setdefault(name, []).extend(_values(element))
        return {name: values for name, values in sent.items() if values}

    def form(self, button: str | None = None) -> Element:
        """The form that holds the button with these words; without words, the page's only form."""
        forms = list(self.tree.iter("form"))
        if button is not None:
            forms = [f for f in forms if any(words(b) == button for b in f.iter("button"))]
        assert len(forms) == 1, f"{len(forms)} forms on {self.path} for the button {button!r}"
        return forms[0]

    def submit(
        self, data: Mapping[str, Any] | None = None, *, button: str | None = None, files: Any = None
    ) -> "Page":
        """Sends a form as a browser would: hidden fields, what stood there, and `data` over it."""
        form = self.form(button)
        sent: dict[str, Any] = {**self.fields(form), **(data or {})}
        for pressed in form.iter("button"):
            name = pressed.get("name")
            if button is not None and words(pressed) == button and name:
                sent[name] = pressed.get("value", "")
        to = self.response.url.join(form.get("action") or "")
        if form.get("method", "get").lower() == "get":
            return self.client.get(to, params=sent)
        return self.client.post(to, data=sent, files=files)


def _values(element: Element) -> list[str]:
    """What one field sends as it stands."""
    if element.tag == "textarea":
        return ["".join(element.itertext()).removeprefix("\n")]
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [o for o in options if "selected" in o.attrib] or options[:1]
        return [o.get("value", words(o)) for o in chosen]
    kind = element.get("type", "text")
    if kind in {"submit", "button", "reset", "image", "file"}:
        return []
    if kind in {"checkbox", "radio"}:
        return [element.get("value", "on")] if "checked" in element.attrib else []
    return [element.get("value", "")]


def is_html(response: Any) -> bool:
    """Whether a response is a page."""
    return bool(response.headers.get("content-type", "").startswith("text/html"))


class PageClient:
    """A browser without script: follows redirects, keeps cookies, checks every page it is given."""

    def __init__(self, app: Any, *, base_url: str = BASE, **options: Any) -> None:
        self.http = TestClient(app, base_url=base_url, **options)
        self.base_url = base_url

    def get(self, path: Any, **options: Any) -> Page:
        """Opens an address."""
        return self.request("GET", path, **options)

    def post(self, path: Any, data: Any = None, **options: Any) -> Page:
        """Posts to an address, saying as a browser does that the form came from this site."""
        headers = {
            "Origin": self.base_url,
            "Sec-Fetch-Site": "same-origin",
            **options.pop("headers", {}),
        }
        return self.request("POST", path, data=data, headers=headers, **options)

    def request(self, method: str, path: Any, **options: Any) -> Page:
        """Asks for anything, and checks the answer if it is a page."""
        response = self.http.request(method, path, **options)
        if is_html(response) and not response.is_redirect and method != "HEAD":
            found = re.search(
                r"'nonce-([^']+)'", response.headers.get("content-security-policy", "")
            )
            where = f"{method} {response.url.path} ({response.status_code})"
            check_page(response.text, nonce=found[1] if found else None, where=where)
        return Page(self, response)

    def __enter__(self) -> Self:
        self.http.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        self.http.__exit__(kind, error, trace)
