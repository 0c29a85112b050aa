"""One-time codes of six figures: the secret behind them, its picture, and which step one is of."""

import base64
import hmac
from datetime import datetime
from hashlib import sha256

import segno
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from markupsafe import Markup

from portal.keys import same

STEP = 30
"""Seconds that a code is shown for; what every authenticator app does unless told otherwise."""
DRIFT = 1
"""Steps that a telephone's clock may be behind or before ours."""
SECRET_BYTES = 20


def secret_for(key: str, session: str, since: str) -> bytes:
    """The secret offered to one session; another once that session, or the factor, is another.

    Nothing of it is kept until a code made with it has come back. `session` is the browser's own
    secret; `since` tells of the factor that would be replaced.
    """
    text = f"second:{since}:{session}".encode()
    return hmac.new(key.encode(), text, sha256).digest()[:SECRET_BYTES]


def in_letters(secret: bytes) -> str:
    """A secret as it is typed into an app, in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def picture(secret: bytes, email: str, service: str) -> Markup:
    """The square that an app reads the secret from, as SVG without size, style or script."""
    # Some apps show the plus signs of a form as they are.
    address = _codes(secret).get_provisioning_uri(email, service).replace("+", "%20")
    square = segno.make(address, error="m", micro=False)
    return Markup(
        square.svg_inline(
            border=4,
            dark="#212b32",
            light="#fff",
            omitsize=True,
            svgclass="app-square",
            title="The code to scan with your authenticator app",
        )
    )


def code_at(secret: bytes, step: int) -> str:
    """The code of a step."""
    return _codes(secret).generate(step * STEP).decode()


def step_of(secret: bytes, code: str, now: datetime) -> int:
    """The step that a code is of, the newest that it can be; nought if it is of none near now."""
    here = int(now.timestamp()) // STEP
    found = 0
    for step in range(here - DRIFT, here + DRIFT + 1):
        if same(code, code_at(secret, step)):
            found = step
    return found


def told_code(key: str, person: int, entry: int) -> str:
    """The 8 figures that let somebody set up their first second factor, as they are told by voice.

    Nothing of them is kept: they follow from our key and the ledger's entry that allowed it.
    """
    drawn = hmac.new(key.encode(), f"enrol:{person}:{entry}".encode(), sha256).digest()
    figures = f"{int.from_bytes(drawn) % 10**8:08d}"
    return f"{figures[:4]} {figures[4:]}"


def enciphered(key: str, secret: bytes) -> str:
    """A secret as the database keeps it: without our key it is nothing."""
    return _cipher(key).encrypt(secret).decode()


def deciphered(key: str, kept: str) -> bytes | None:
    """The secret again; nothing where it was enciphered with another key."""
    try:
        return _cipher(key).decrypt(kept.encode())
    except InvalidToken:
        return None


def _codes(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP)


def _cipher(key: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"second factors").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
