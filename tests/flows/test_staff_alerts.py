"""People who run the service are told what needs them, at addresses from the settings only."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from flows import wiring
from flows.settings import BadSettings, Settings
from providers.database import Database
from tests.support.mail import SmtpSink
from tests.support.programme import Programme


def test_staff_are_told_by_apprise_that_letters_wait(
    sqlite_store: Database, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    programme = Programme(sqlite_store, tmp_path / "home").begin()
    url = f"mailto://{smtp_sink.host}:{smtp_sink.port}?from=a@ops.example&to=b@ops.example"
    settings = Settings(
        home=tmp_path / "home",
        staff_alert_urls=SecretStr(url),
        mail_url=SecretStr("smtp://127.0.0.1:9"),
    )
    app = wiring.assemble(settings, programme.app.clock, sqlite_store, tmp_path / "home")
    programme.open("2026-10-01T09:00")
    object.__setattr__(programme, "post", app.post)
    programme.deliver("2026-10-01T10:00")
    assert [m.message["Subject"] for m in smtp_sink.messages] == ["Letters are waiting"]


@pytest.mark.parametrize("url", ["json://169.254.169.254/latest", "syslog://", "file:///etc/x"])
def test_an_address_that_is_not_on_the_short_list_is_refused(url: str) -> None:
    settings = Settings(staff_alert_urls=SecretStr(url))
    with pytest.raises(BadSettings, match="CHARTER_STAFF_ALERT_URLS"):
        wiring.staff_alert(settings)
