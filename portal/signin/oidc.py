"""Sign-in by an organisation's own identity provider: the way there, and whether to believe it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.keys import trip_word

ALGORITHMS = ("RS256", "PS256", "ES256")
"""How an identity token may be signed: never `none`, never with a secret both sides know."""
DRIFT = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""
REREAD = timedelta(hours=1)
PATIENCE = timedelta(seconds=30)
"""For so long after a failure the provider is not asked again."""
TIMEOUT = 5.0
TRIP = timedelta(minutes=10)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
HEADERS = {"accept": "application/json"}


class Unreachable(Exception):
    """The identity provider does not answer, or not as one should."""


class Untrusted(Exception):
    """The identity provider's word about somebody cannot be taken; the message says why."""


@dataclass(frozen=True)
class Trip:
    """One way to the provider and back: `kept` is the browser's, the rest follows by our key."""

    key: str = field(repr=False)
    kept: str = field(repr=False)

    @classmethod
    def begin(cls, key: str, secret: str, now: datetime) -> "Trip":
        """A new trip with a fresh secret."""
        return cls(key, f"{secret}.{int(now.timestamp())}")

    def is_over(self, now: datetime) -> bool:
        """More than ten minutes old, or never begun."""
        _, _, began = self.kept.rpartition(".")
        if not (began.isascii() and began.isdecimal() and len(began) < 12):
            return True
        return not 0 <= now.timestamp() - int(began) < TRIP.total_seconds()

    def word(self, purpose: str) -> str:
        """The word for `state`, `nonce`, `verifier` or `session`."""
        return trip_word(self.key, purpose, self.kept)


@dataclass
class IdentityProvider:
    """An OpenID Connect provider as the settings name it; it is asked at its own host only.

    What it publishes of itself is read again every hour, and its keys where a token names a new
    one. After a failure it is left alone for half a minute.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    _read: tuple[datetime, dict[str, Any]] | None = field(default=None, repr=False)
    _keys: tuple[datetime, KeySet] | None = field(default=None, repr=False)
    _failed: datetime | None = field(default=None, repr=False)

    def way_there(self, trip: Trip, back: str, now: datetime) -> str:
        """Where to send the browser, which comes back to the address `back`."""
        metadata = self._metadata(now)
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=trip.word("state"),
                nonce=trip.word("nonce"),
                code_verifier=trip.word("verifier"),
            )
        return str(url)

    def vouched_for(self, trip: Trip, code: str, back: str, now: datetime) -> str:
        """The verified e-mail address of whoever came back with this code; Untrusted otherwise."""
        metadata = self._metadata(now)
        try:
            with self._client(back) as client:
                tokens = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=trip.word("verifier"),
                )
                claims = self._claims(tokens, trip.word("nonce"), now)
                if "email" not in claims and "userinfo_endpoint" in metadata:
                    claims = _same_person(claims, _json(client, metadata["userinfo_endpoint"]))
        except AuthlibBaseError as error:
            raise Untrusted("it did not take the code that it gave us") from error
        except (httpx2.HTTPError, ValueError) as error:
            self._failed = now
            raise Unreachable(type(error).__name__) from error
        if claims.get("email_verified") is not True:
            raise Untrusted("it has not verified your email address")
        return str(claims.get("email", ""))

    def _claims(self, tokens: Mapping[str, Any], nonce: str, now: datetime) -> dict[str, Any]:
        """What the identity token says, once everything about it is right."""
        text = tokens.get("id_token")
        try:
            token = jwt.decode(str(text), self._key_set(now), algorithms=ALGORITHMS)
        except JoseError as error:
            token = self._decoded_with_new_keys(str(text), now, error)
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"nonce": nonce, "client_id": self.client_id}
        params["access_token"] = tokens.get("access_token", "")
        claims = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(now=int(now.timestamp()), leeway=int(DRIFT.total_seconds()))
        except JoseError as error:
            raise Untrusted("its word was not meant for this sign-in") from error
        return dict(claims)

    def _decoded_with_new_keys(self, text: str, now: datetime, first: JoseError) -> jwt.Token:
        """The token by keys read afresh, where those we hold are old enough to have changed."""
        if self._keys is None or now - self._keys[0] < PATIENCE:
            raise Untrusted("its word is not signed by it") from first
        self._keys = None
        try:
            return jwt.decode(text, self._key_set(now), algorithms=ALGORITHMS)
        except JoseError as error:
            raise Untrusted("its word is not signed by it") from error

    def _key_set(self, now: datetime) -> KeySet:
        if self._keys is None or not timedelta(0) <= now - self._keys[0] < REREAD:
            with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
                said = _json(client, self._metadata(now)["jwks_uri"])
            try:
                keys = KeySet.import_key_set(said)  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, AttributeError) as error:
                raise ValueError("what it publishes as its keys are none") from error
            self._keys = now, keys
        return self._keys[1]

    def _metadata(self, now: datetime) -> dict[str, Any]:
        """What the provider says of itself; Unreachable if it says nothing of use."""
        if self._read is not None and timedelta(0) <= now - self._read[0] < REREAD:
            return self._read[1]
        if self._failed is not None and timedelta(0) <= now - self._failed < PATIENCE:
            raise Unreachable("it failed a moment ago")
        try:
            with httpx2.Client(timeout=TIMEOUT, trust_env=False) as client:
                said = _json(client, f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._require_own(said)
        except (httpx2.HTTPError, ValueError) as error:
            self._failed = now
            raise Unreachable(type(error).__name__) from error
        self._read = now, said
        return said

    def _require_own(self, said: Mapping[str, Any]) -> None:
        """ValueError unless it is this issuer that speaks, and every address is on its own host."""
        if said.get("issuer") != self.issuer:
            raise ValueError("the discovery document is another issuer's")
        here = _host(self.issuer)
        for name in (*ENDPOINTS, "userinfo_endpoint"):
            if (name in ENDPOINTS or name in said) and _host(str(said.get(name))) != here:
                raise ValueError(f"{name} is not at the issuer's own host")

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id,
            self.client_secret,
            token_endpoint_auth_method="client_secret_basic",
            scope="openid email",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            trust_env=False,
        )


def _json(client: httpx2.Client, url: str) -> dict[str, Any]:
    """The JSON object at an address; HTTPError or ValueError if there is none."""
    answer = client.get(url, headers=HEADERS)
    if answer.status_code != 200:
        raise ValueError(f"status {answer.status_code}")
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    return said


def _same_person(claims: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The claims with the address that the provider keeps elsewhere, for the same subject."""
    if more.get("sub") != claims["sub"]:
        raise Untrusted("it spoke of two people")
    return claims | {name: more.get(name) for name in ("email", "email_verified")}


def _host(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc
