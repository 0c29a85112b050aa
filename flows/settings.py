"""Every setting of the service, read once from the environment or a `.env` file."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from notifications.channels.base import check_address
from providers.notary import private_key
from providers.scanners import scanner_for

HERE = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/|$)")
"""An issuer on this very machine, for trying things out."""
DATABASES = {"sqlite", "postgresql", "postgresql+psycopg"}


class BadSettings(ValueError):
    """A setting is missing or wrong; the message names it and says what it takes."""


class Settings(BaseSettings):
    """All settings; each name is prefixed `CHARTER_` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="CHARTER_", env_file=".env", extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(
        Path("var"), description="Folder for the database, evidence, mail and the families' site."
    )
    database_url: str = Field(
        "", description="Database; empty means SQLite in the home. `postgresql+psycopg://…` works."
    )
    mail_url: SecretStr = Field(
        SecretStr(""),
        description="How letters leave: empty or `file:` writes `.eml` files in the home; "
        "`smtp://user:pass@host:port` or `smtps://…` sends them; GOV.UK Notify does by "
        "`govuknotify://KEY@api.notifications.service.gov.uk/TEMPLATE`.",
    )
    mail_from: str = Field(
        "charter@charter-accountability.example", description="The address letters come from."
    )
    journal_url: SecretStr = Field(
        SecretStr(""),
        description="Where blind copies of letters sent by SMTP are read, so that a letter in "
        "doubt settles itself: `maildir:/folder` or `imaps://user:pass@host/FOLDER`; empty means "
        "that doubtful letters wait for a person.",
    )
    journal_address: str = Field("", description="The address that those copies are sent to.")
    bounce_url: SecretStr = Field(
        SecretStr(""),
        description="The mailbox that letters sent by SMTP come back to when they cannot be "
        "delivered, written like `CHARTER_JOURNAL_URL`; empty means that nobody reads it.",
    )
    bounce_address: str = Field(
        "", description="Its address; empty means that of `CHARTER_MAIL_FROM`."
    )
    staff_alert_urls: SecretStr = Field(
        SecretStr(""),
        description="Apprise addresses for people who run the service, split by spaces or commas; "
        "none means no alerts.",
    )
    checkpoints: Path | None = Field(
        None,
        description="Folder for signed checkpoints of the ledger; empty means `checkpoints` in the "
        "home. Best on a disk that the database's users cannot write.",
    )
    checkpoint_key: SecretStr = Field(
        SecretStr(""),
        description="Key that signs checkpoints, 32 bytes in base64; empty means that one is made "
        "once and kept in the home.",
    )
    prefect_api_url: SecretStr = Field(
        SecretStr(""),
        description="Prefect's API, such as `http://127.0.0.1:4200/api`, or "
        "`http://name:password@host/api`: the console asks it when each flow runs next; empty "
        "means that the console says that it does not know.",
    )
    base_url: str = Field("http://127.0.0.1:8000", description="Where the portal is reached.")
    site_url: str = Field(
        "", description="Where the families' site is reached; empty means under the portal."
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Secret for keyed hashes and second factors; needed in production.",
    )
    scanner_url: str = Field(
        "",
        description="Who looks into files given as evidence: `clamd://host:3310`, or "
        "`clamd:///run/clamav/clamd.ctl` for a socket; empty means nobody, and the pages say so.",
    )
    oidc_issuer: str = Field(
        "",
        description="Identity provider (OpenID Connect) by which a region's own team signs in; "
        "empty means by an e-mailed link, like everybody.",
    )
    oidc_client_id: str = Field("", description="What that provider calls this service.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The secret that it gave this service."
    )
    oidc_name: str = Field("", description="What people call it: the button says “Sign in with …”.")
    env: Literal["development", "production"] = Field(
        "development", description="`production` refuses `--now` and weak settings."
    )

    @field_validator("database_url")
    @classmethod
    def _database_address(cls, value: str) -> str:
        try:
            kind = make_url(value).drivername if value else "sqlite"
        except (ArgumentError, ValueError):
            kind = ""
        if kind not in DATABASES:
            raise ValueError(
                "give an address such as sqlite:////folder/charter.sqlite or "
                "postgresql+psycopg://user:password@host:5432/name"
            )
        return value

    @field_validator("base_url", "site_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("give a whole address that starts with http:// or https://")
        return value.rstrip("/")

    @field_validator("prefect_api_url")
    @classmethod
    def _prefect_address(cls, value: SecretStr) -> SecretStr:
        cls._web_address(value.get_secret_value())
        return value

    @field_validator("bounce_address")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        return check_address("address", value).addr_spec if value.strip() else ""

    @field_validator("checkpoint_key")
    @classmethod
    def _signing_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            private_key(value.get_secret_value())
        return value

    @field_validator("scanner_url")
    @classmethod
    def _scanner_address(cls, value: str) -> str:
        scanner_for(value)
        return value

    @model_validator(mode="after")
    def _oidc_whole(self) -> Self:
        given = {
            "CHARTER_OIDC_ISSUER": self.oidc_issuer,
            "CHARTER_OIDC_CLIENT_ID": self.oidc_client_id,
            "CHARTER_OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(),
            "CHARTER_OIDC_NAME": self.oidc_name,
        }
        missing = [name for name, value in given.items() if not value.strip()]
        if 0 < len(missing) < len(given):
            raise ValueError(
                "sign-in by an identity provider needs all four CHARTER_OIDC settings or none; "
                f"missing: {', '.join(missing)}"
            )
        here = HERE.match(self.oidc_issuer) and self.env != "production"
        if self.oidc_issuer and not here and not self.oidc_issuer.startswith("https://"):
            raise ValueError("CHARTER_OIDC_ISSUER: give the issuer's address with https://")
        return self

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.env == "production" and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError(
                "CHARTER_ENV=production needs CHARTER_SECRET_KEY, 32 characters or more; "
                'make one with: python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )
        return self

    @property
    def database(self) -> str:
        """The database's address, the SQLite file in the home when none is set."""
        return self.database_url or f"sqlite:///{(self.home / 'charter.sqlite').absolute()}"

    @property
    def families_site(self) -> str:
        """Where families read the bulletin."""
        return self.site_url or f"{self.base_url}/families"


def read_settings() -> Settings:
    """The settings as the environment gives them; BadSettings says what is wrong, in a sentence."""
    try:
        return Settings()
    except ValidationError as error:
        raise BadSettings("; ".join(_sentence(dict(e)) for e in error.errors())) from None


def _sentence(error: dict[str, object]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    where = error["loc"]
    if isinstance(where, tuple) and where:
        return f"CHARTER_{str(where[0]).upper()}: {message}"
    return message
