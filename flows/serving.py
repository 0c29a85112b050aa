"""Serves the portal and the families' site over HTTP, with sign-in messages leaving at once."""

import gc
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from flows.scanning import cabinet_of
from flows.settings import Settings
from flows.stewarding import Stewardship
from flows.wiring import App, clock_at
from notifications.channels import channel_for
from notifications.channels.base import Envelope, as_email, hand_over_now
from notifications.letters import Letters
from portal.app import create_app
from portal.signin.oidc import IdentityProvider

log = logging.getLogger(__name__)
LONGEST_PAUSE = 1.0
"""Seconds."""


def portal(service: App) -> FastAPI:
    """The portal, wired to the record, the clock and the post office."""
    settings, letters = service.settings, Letters()
    # A channel of its own, without the journal: a message that lets somebody in has no copies.
    url = settings.mail_url.get_secret_value()
    channel = channel_for(url, service.home / "mail", clock=clock_at(None))

    def send_sign_in(email: str, name: str, link: str, code: str) -> None:
        letter = letters.render("sign_in", {"to_name": name, "link": link, "code": code})
        envelope = Envelope(
            key=f"sign-in-{secrets.token_hex(8)}",
            to=email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            from_=settings.mail_from,
            at=service.clock(),
        )
        hand_over_now(channel, as_email(envelope))

    return create_app(
        service.database,
        service.clock,
        send_sign_in=send_sign_in,
        base_url=settings.base_url,
        secret_key=secret_key_of(service),
        site_folder=service.home / "site",
        calendar=service.calendar,
        production=settings.env == "production",
        cabinet=cabinet_of(service),
        steward=Stewardship(service),
        oidc=identity_provider(settings),
        second_factor=settings.env == "production",
        later=Apart().do,
    )


class Apart:
    """Does things one by one in a thread of its own, each after a pause of a random length.

    Whether a link is sent can then not be told from how long the page after the answer takes.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sign-in")

    def do(self, act: Callable[[], object]) -> None:
        """Do something within a second or so."""
        self._thread.submit(self._paused, act)

    def _paused(self, act: Callable[[], object]) -> None:
        time.sleep(secrets.SystemRandom().uniform(0, LONGEST_PAUSE))
        try:
            act()
        except Exception as error:  # the next request does what is left undone
            log.warning("sign-in messages wait for the next request: %s", type(error).__name__)


def identity_provider(settings: Settings) -> IdentityProvider | None:
    """The provider that vouches for a region's own team, if the settings name one."""
    if not settings.oidc_issuer:
        return None
    return IdentityProvider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        name=settings.oidc_name,
    )


def secret_key_of(service: App) -> str:
    """The key that the portal's forms and codes follow from."""
    return service.settings.secret_key.get_secret_value() or _kept_secret(service.home)


def _kept_secret(home: Path) -> str:
    """A secret of this home's own, for use outside production."""
    kept = home / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(32))
    return kept.read_text()


def run_portal(service: App, host: str, port: int) -> None:
    """Serve until interrupted."""
    print(f"Portal: http://{host}:{port}/   Families' site: http://{host}:{port}/families/")
    print("Stop with Ctrl-C.", flush=True)
    app = portal(service)
    gc.collect()
    gc.freeze()  # what is loaded by now stays to the end: no page waits while it is looked through
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
