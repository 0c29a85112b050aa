"""How the portal is wired: by whom a team signs in, and when messages leave."""

import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows import serving
from flows.serving import Apart, identity_provider, portal
from flows.settings import BadSettings, Settings, read_settings
from flows.wiring import prepare, wire

ALL = {
    "CHARTER_OIDC_ISSUER": "https://login.region.example",
    "CHARTER_OIDC_CLIENT_ID": "charter",
    "CHARTER_OIDC_CLIENT_SECRET": "hush-hush",
    "CHARTER_OIDC_NAME": "Region Login",
}


def test_the_four_settings_make_a_provider_and_none_make_none(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    assert identity_provider(read_settings()) is None
    for name, value in ALL.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    prepare(settings)
    desk = portal(wire(settings)).state.desk
    assert (desk.oidc.issuer, desk.oidc.name) == ("https://login.region.example", "Region Login")
    assert desk.oidc.client_secret == "hush-hush"
    assert "hush" not in repr(settings) + repr(desk)
    assert desk.later.__self__.__class__ is Apart


@pytest.mark.parametrize("left_out", ALL)
def test_some_of_the_four_are_refused_in_a_sentence_that_names_what_lacks(
    home: Path, monkeypatch: pytest.MonkeyPatch, left_out: str
):
    for name, value in ALL.items():
        if name != left_out:
            monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=rf"all four CHARTER_OIDC settings .*: {left_out}$"):
        read_settings()


@pytest.mark.parametrize(
    ("issuer", "env", "fits"),
    [
        ("https://login.region.example/tenant", "production", True),
        ("http://login.region.example", "development", False),
        ("http://127.0.0.1:9000", "development", True),
        ("http://127.0.0.1:9000", "production", False),
        ("http://localhost.elsewhere.example", "development", False),
        ("login.region.example", "development", False),
    ],
)
def test_an_issuer_is_reached_by_https_or_on_this_machine(issuer: str, env: str, fits: bool):
    def given() -> Settings:
        return Settings(
            oidc_issuer=issuer,
            oidc_client_id="charter",
            oidc_client_secret=SecretStr("hush"),
            oidc_name="Region Login",
            env=env,  # type: ignore[arg-type]
            secret_key=SecretStr("k" * 32),
            _env_file=None,
        )

    if fits:
        assert identity_provider(given())
    else:
        with pytest.raises(ValueError, match="https://"):
            given()


def test_what_is_done_apart_is_done_in_turn_and_outlives_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(serving, "LONGEST_PAUSE", 0.01)
    done: list[str] = []
    over = threading.Event()

    def fail() -> None:
        done.append(threading.current_thread().name)
        raise RuntimeError("a secret of the post office")

    apart = Apart()
    apart.do(fail)
    apart.do(over.set)
    assert over.wait(10)
    assert done[0].startswith("sign-in")
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
