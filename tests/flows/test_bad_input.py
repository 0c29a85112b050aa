"""Bad settings and files at the command line: one sentence, exit 1, and no secret in it."""

from pathlib import Path

import pytest

from tests.flows.test_commands import Charter, refuses
from tests.flows.test_commands import charter as charter


@pytest.mark.parametrize(
    "address",
    [
        "nonsense hunter2",
        "mysql://u:hunter2@127.0.0.1/x",
        "sqlite+aiosqlite:////tmp/x",
        "postgresql+psycopg://u:hunter2@127.0.0.1:port/x",
        "postgresql+psycopg://u:hunter2@127.0.0.1:1/x",
    ],
)
def test_a_database_address_that_leads_nowhere_is_a_sentence_without_its_password(
    charter: Charter, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("CHARTER_DATABASE_URL", address)
    said = charter("status")
    refuses(said, "CHARTER_DATABASE_URL")
    assert "hunter2" not in said.err


def test_a_file_that_is_no_database_is_a_sentence(
    charter: Charter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "junk").write_bytes(b"junk" * 2000)
    monkeypatch.setenv("CHARTER_DATABASE_URL", f"sqlite:///{tmp_path / 'junk'}")
    refuses(charter("status"), "not a database")
    refuses(charter("db", "upgrade", "--json"), "not a database")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"quarter": ' + "9" * 5000 + "}"])
def test_a_file_no_return_could_be_is_a_sentence(
    charter: Charter, tmp_path: Path, text: str
) -> None:
    assert charter("db", "upgrade").code == 0
    (tmp_path / "return.json").write_text(text)
    refuses(charter("return", "submit", tmp_path / "return.json"), "charter return template")
