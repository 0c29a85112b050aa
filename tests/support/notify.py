"""A GOV.UK Notify on this machine: real HTTP, and the answers that its documentation describes."""

import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from tests.support.post import NOW

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
LIVE = "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEST = "7f1b8a4e-0a53-4f0e-8a7e-2f6f1c8e9d10"
TEAM = "0c9a3a52-5d0f-4f0b-9f3d-6f7c1d2e3b4a"
TEMPLATE = "9d751e0e-f929-4891-82a1-a3e1c3c18ee3"
KINDS = {LIVE: "normal", TEST: "test", TEAM: "team"}
SIMULATED = {
    "temp-fail@simulator.notify": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
}
SMOKE = "simulate-delivered@notifications.service.gov.uk"
STATUSES = ("created", "sending", "delivered", *SIMULATED.values(), "technical-failure")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TAKES = {
    "email_address",
    "template_id",
    "personalisation",
    "reference",
    "email_reply_to_id",
    "one_click_unsubscribe_url",
    "sanitise_content_for",
}
Answer = tuple[int, dict[str, Any]]


class Refusal(Exception):
    """An answer that is an error: a status, the error's name and its message."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = (
            status,
            {"status_code": status, "errors": [{"error": error, "message": message}]},
        )


@dataclass
class StubNotify:
    """What the service was given and holds, and how it is told to behave.

    A live key's messages stay `created` until `progress`; a test key's are settled at once. `mood`
    holds one answer for each coming POST: a status, `drops` (keeps the message and hangs up) or
    `refuses to talk` (hangs up first).
    """

    now: float = NOW.timestamp()
    template: dict[str, Any] = field(
        default_factory=lambda: {"type": "email", "subject": "((subject))", "body": "((body))"}
    )
    guests: set[str] = field(default_factory=set)
    outcomes: dict[str, str] = field(default_factory=dict)
    rate: int = 3000
    daily: int = 250_000
    page: int = 250
    mood: list[int | str] = field(default_factory=list)
    reading: list[int] = field(default_factory=list)
    """One answer for each coming GET of messages."""
    kept: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    port: int = 0

    def url(self, secret: str = LIVE, template: str = TEMPLATE, service: str = SERVICE) -> str:
        """The mail URL that leads here, as the settings spell it."""
        return f"govuknotify://a-key-{service}-{secret}@127.0.0.1:{self.port}/{template}"

    def to(self, address: str) -> list[dict[str, Any]]:
        """The messages it holds for one address, oldest first."""
        return [each for each in self.kept if each["email_address"] == address]

    def progress(self) -> None:
        """Hand on what is created, and let what is sending come to its end."""
        for each in self.kept:
            if each["status"] == "sending":
                each["status"] = self.outcomes.get(each["email_address"], "delivered")
            elif each["status"] == "created":
                each["status"] = "sending"

    def forget(self) -> None:
        """The retention period passes."""
        self.kept.clear()

    def kind(self, authorization: str | None) -> str:
        """The kind of key that signed a request; Refusal unless it is right in every way."""
        if not authorization:
            raise Refusal(401, "AuthError", "Unauthorized: authentication token must be provided")
        if authorization[:7] != "Bearer ":
            raise Refusal(
                401, "AuthError", "Unauthorized: authentication bearer scheme must be used"
            )
        for secret, kind in KINDS.items():
            try:
                found = jwt.decode(authorization[7:], OctKey.import_key(secret), ["HS256"])
            except (JoseError, ValueError):
                continue
            if found.header.get("typ") != "JWT" or set(found.claims) != {"iss", "iat"}:
                raise Refusal(403, "AuthError", "Invalid token: make sure your API token matches")
            if found.claims["iss"] != SERVICE:
                raise Refusal(403, "AuthError", "Invalid token: service not found")
            if abs(found.claims["iat"] - self.now) > 30:
                raise Refusal(
                    403,
                    "AuthError",
                    "Error: Your system clock must be accurate to within 30 seconds",
                )
            return kind
        raise Refusal(403, "AuthError", "Invalid token: API key not found")

    def send(self, said: dict[str, Any], kind: str) -> Answer:
        """POST /v2/notifications/email."""
        minute = [e for e in self.kept if e["kind"] == kind and self.now - e["at"] < 60]
        if len(minute) >= self.rate:
            name = {"normal": "LIVE"}.get(kind, kind.upper())
            message = (
                f"Exceeded rate limit for key type {name} of {self.rate} requests per 60 seconds"
            )
            raise Refusal(429, "RateLimitError", message)
        if sum(e["kind"] == kind for e in self.kept) >= self.daily:
            message = f"Exceeded send limits (email: {self.daily}) for today"
            raise Refusal(429, "TooManyRequestsError", message)
        self._validate(said)
        self._allowed(said["email_address"], kind)
        found = {
            "id": str(uuid.uuid4()),
            "reference": said.get("reference"),
            "email_address": said["email_address"],
            "type": "email",
            "status": "created",
            "subject": said["personalisation"]["subject"],
            "body": said["personalisation"]["body"],
            "kind": kind,
            "at": self.now,
        }
        if kind == "test":
            found["status"] = SIMULATED.get(found["email_address"], "delivered")
        if found["email_address"] != SMOKE:
            self.kept.append(found)
        content = {name: found[name] for name in ("subject", "body")}
        uri = f"https://api.notifications.service.gov.uk/v2/notifications/{found['id']}"
        return 201, {
            "id": found["id"],
            "reference": found["reference"],
            "content": content | {"from_email": "charter@notifications.service.gov.uk"},
            "uri": uri,
            "template": {"id": TEMPLATE, "version": 1, "uri": "/v2/template"},
        }

    def _validate(self, said: dict[str, Any]) -> None:
        wrong = "ValidationError"
        for name in ("email_address", "template_id"):
            if name not in said:
                raise Refusal(400, wrong, f"{name} is a required property")
        if extra := set(said) - TAKES:
            raise Refusal(400, wrong, f"Additional properties are not allowed ({extra} unexpected)")
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", said["email_address"]):
            raise Refusal(400, wrong, "email_address Not a valid email address")
        if not UUID.fullmatch(said["template_id"]):
            raise Refusal(400, wrong, "template_id is not a valid UUID")
        if len(said.get("reference") or "") > 1000:
            raise Refusal(400, wrong, "reference is too long")
        if said["template_id"] != TEMPLATE:
            raise Refusal(400, "BadRequestError", "Template not found")
        wanted = set(re.findall(r"\(\((\w+)\)\)", "{subject}{body}".format(**self.template)))
        if missing := wanted - set(said.get("personalisation", {})):
            message = f"Missing personalisation: {', '.join(sorted(missing))}"
            raise Refusal(400, "BadRequestError", message)

    def _allowed(self, address: str, kind: str) -> None:
        if kind == "team" and address not in self.guests:
            message = "Can’t send to this recipient using a team-only API key"
            raise Refusal(400, "BadRequestError", message)

    def listing(self, query: dict[str, list[str]], kind: str) -> Answer:
        """GET /v2/notifications: what keys of this kind sent, the newest first."""
        if wrong := set(query.get("status", [])) - set(STATUSES):
            raise Refusal(400, "ValidationError", f"status {wrong} is not one of {STATUSES}")
        found = [e for e in reversed(self.kept) if e["kind"] == kind]
        if older := query.get("older_than"):
            places = [i for i, e in enumerate(found) if e["id"] == older[0]]
            found = found[places[0] + 1 :] if places else []
        for name in ("reference", "status"):
            found = [e for e in found if name not in query or e[name] in query[name]]
        shown = [{k: v for k, v in e.items() if k not in ("kind", "at")} for e in found]
        return 200, {"notifications": shown[: self.page], "links": {"current": "here"}}


class _Handler(BaseHTTPRequestHandler):
    stub: StubNotify
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.stub.gets.append(self.path)
        try:
            kind = self.stub.kind(self.headers["authorization"])
            if parts.path.startswith("/v2/template/"):
                self.answer(*self.template(parts.path.rpartition("/")[2]))
            elif parts.path == "/v2/notifications":
                if self.stub.reading:
                    raise Refusal(self.stub.reading.pop(0), "Exception", "Internal error")
                self.answer(*self.stub.listing(parse_qs(parts.query), kind))
            else:
                raise Refusal(404, "NoResultFound", "No result found")
        except Refusal as refusal:
            self.answer(*refusal.answer)

    def template(self, name: str) -> Answer:
        if not UUID.fullmatch(name):
            raise Refusal(400, "ValidationError", "id is not a valid UUID")
        if name != TEMPLATE:
            raise Refusal(404, "NoResultFound", "No Result Found")
        return 200, {"id": name, "name": "Letters", "version": 1, **self.stub.template}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        mood = self.stub.mood.pop(0) if self.stub.mood else ""
        if mood == "refuses to talk":
            self.close_connection = True
            return
        try:
            kind = self.stub.kind(self.headers["authorization"])
            assert self.headers["content-type"] == "application/json"
            said = json.loads(body)
            self.stub.posts.append(said)
            if isinstance(mood, int):
                raise Refusal(mood, "Exception", "Internal error")
            status, answer = self.stub.send(said, kind)
            if mood == "drops":
                self.close_connection = True
                return
            if mood == "speaks in tongues":
                answer = {}
            self.answer(status, answer)
        except Refusal as refusal:
            self.answer(*refusal.answer)

    def answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def notify() -> Iterator[StubNotify]:
    """A Notify that answers on a port of this machine until the block ends."""
    stub = StubNotify()
    handler = type("Handler", (_Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stub.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
