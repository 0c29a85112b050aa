"""Random secrets and what is kept of them: only hashes ever reach the database."""

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """256 random bits, safe in an address and a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """The SHA-256 of a secret, in hex: what the database keeps."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_token(key: str, nonce: str) -> str:
    """The hidden word of a form for somebody not signed in, bound to their browser's nonce."""
    return _mac(key, "form", nonce)


def code_for(key: str, token: str) -> str:
    """The eight figures that stand for a link when it is opened in another browser."""
    return f"{int(_mac(key, 'code', token), 16) % 100_000_000:08}"


def trip_word(key: str, purpose: str, kept: str) -> str:
    """One of the words of a trip to an identity provider, by our key from what its browser keeps.

    64 hexadecimal figures, another for each `purpose`: state, nonce, verifier, session.
    """
    return _mac(key, f"trip-{purpose}", kept)


def knock_hash(key: str, purpose: str, who: str) -> str:
    """What a counter keeps of an address or a browser; without our key it names nobody."""
    return _mac(key, f"knock-{purpose}", who)


def code_hash(key: str, code: str) -> str:
    """What the database keeps of a code; without our key it cannot be tried out."""
    return _mac(key, "code-hash", code)


def same(one: str, other: str) -> bool:
    """Whether two secrets agree, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def _mac(key: str, purpose: str, text: str) -> str:
    return hmac.new(key.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
