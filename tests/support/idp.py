"""An identity provider on this machine: real HTTP, real RS256, and as wrong as a test asks for."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "charter-portal", "a secret: with %colon/"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"})


@dataclass
class StubProvider:
    """What the provider believes, whom it vouches for, and how it misbehaves."""

    issuer: str = ""
    email: str = ""
    now: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    """Said over the true claims; None leaves one out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    signs_with: Any = field(default_factory=lambda: KEY)
    algorithm: str = "RS256"
    publishes: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=lambda: [KEY])
    keys_said: dict[str, Any] = field(default_factory=dict)
    """Said in place of its keys."""
    down: bool = False
    reuses_codes: bool = False
    asks: bool = False
    """Shows a page of its own first, as a provider does to somebody it does not know yet."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        """What it publishes of itself."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return said | self.publishes

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code good for one token."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Tokens for a code; refused unless client, redirect and PKCE verifier are right."""
        if not _is_client(authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.get(form.get("code", ""))
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if not self.reuses_codes:
            del self.codes[form["code"]]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        token = {"access_token": "open sesame", "token_type": "Bearer", "expires_in": 300}
        return 200, token | {"id_token": self.id_token(asked["nonce"])}

    def id_token(self, nonce: str) -> str:
        """The signed word about a person, true but for what a test had it say."""
        true = {
            "iss": self.issuer,
            "sub": "person-7",
            "aud": CLIENT,
            "nonce": nonce,
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            "email": self.email,
            "email_verified": True,
        }
        claims = {k: v for k, v in (true | self.claims).items() if v is not None}
        if self.algorithm == "none":
            return f"{_b64({'alg': 'none', 'typ': 'JWT'})}.{_b64(claims)}."
        header = {"alg": self.algorithm, "kid": "one"}
        if self.algorithm == "HS256":
            said = f"{_b64(header)}.{_b64(claims)}"
            mac = hmac.digest(self.signs_with, said.encode(), "sha256")
            return f"{said}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
        return jwt.encode(header, claims, self.signs_with, algorithms=[self.algorithm])

    def sign_in_at(self, address: str) -> str:
        """Follow the portal's redirect as a browser would; gives where it is sent back to."""
        answer = httpx2.get(address, follow_redirects=False, trust_env=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])


def _b64(said: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _is_client(authorization: str) -> bool:
    kind, _, given = authorization.partition(" ")
    user, _, password = base64.b64decode(given).decode().partition(":")
    right = {(quote(CLIENT, safe=""), quote(SECRET, safe="")), (CLIENT, SECRET)}
    return kind == "Basic" and ((user, password) in right or (unquote(user), password) in right)


class _Handler(BaseHTTPRequestHandler):
    stub: StubProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.stub.asked.append(parts.path)
        if self.stub.down:
            self.answer(503, {})
        elif parts.path == "/.well-known/openid-configuration":
            self.answer(200, self.stub.discovery())
        elif parts.path == "/keys":
            said = self.stub.keys_said
            self.answer(200, said or dict(KeySet(self.stub.keys).as_dict(private=False)))
        elif parts.path == "/userinfo":
            assert self.headers["authorization"] == "Bearer open sesame"
            self.answer(200, self.stub.userinfo)
        elif parts.path == "/authorize":
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            if self.stub.asks and "sure" not in query:
                self.page(f"{self.path}&sure=1")
                return
            self.send_response(303)
            self.send_header("location", self.stub.authorize(query))
            self.end_headers()
        else:
            self.answer(404, {})

    def do_POST(self) -> None:
        self.stub.asked.append(self.path)
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()}
        self.answer(*self.stub.token(form, self.headers.get("authorization", "")))

    def page(self, onward: str) -> None:
        link = f'<a href="{escape(onward)}">Continue as {self.stub.email}</a>'
        body = f"<!doctype html><title>Stub</title><h1>Stub</h1>{link}".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

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
def identity_provider() -> Iterator[StubProvider]:
    """A provider that answers on a port of this machine until the block ends."""
    stub = StubProvider()
    handler = type("Handler", (_Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    stub.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
