"""Mail is encrypted to a server whose certificate is trusted, and to no other."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels.base import Accepted, ChannelDown, Envelope, as_email, hand_over_now
from notifications.channels.smtp import SmtpChannel
from tests.support.post import NOW, SENDER

MESSAGE = as_email(Envelope("k", "avon@avon.example", "s", "t\n", "<p>t</p>", SENDER, NOW))


class Keeper:
    """Takes every message."""

    def __init__(self) -> None:
        self.encrypted: list[bool] = []

    async def handle_DATA(self, server, session, envelope) -> str:
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class OnAnyPort(Controller):
    """A server that takes a free port and knows it."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[tuple[Keeper, int]]:
    """A server that offers STARTTLS and insists on it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    keeper = Keeper()
    controller = OnAnyPort(
        keeper, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True
    )
    controller.start()
    yield keeper, controller.port
    controller.stop()


def test_mail_goes_encrypted_to_a_trusted_server(
    server: tuple[Keeper, int], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    keeper, port = server
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}?tls=yes")
    assert isinstance(hand_over_now(channel, MESSAGE), Accepted)
    assert keeper.encrypted == [True]


def test_a_server_that_nobody_vouches_for_gets_no_letter(server: tuple[Keeper, int]) -> None:
    keeper, port = server
    channel = SmtpChannel(f"smtp://127.0.0.1:{port}?tls=yes")
    with pytest.raises(ChannelDown, match="certificate cannot be trusted"), channel.open():
        pass
    assert keeper.encrypted == []
