"""The tables of the door: links, sessions, programs' keys and counted knocks; for stores only."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class ProviderToken(SQLModel, table=True):
    """A provider's key to the return interface; only its hash is kept."""

    __tablename__ = "provider_token"
    id: int | None = Field(default=None, primary_key=True)
    party_code: str = Field(foreign_key="party.code", index=True)
    name: str
    token_hash: str = Field(unique=True)
    made_at: datetime = Field(sa_type=Instant)
    made_by: str
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class SignInRequest(SQLModel, table=True):
    """Somebody asked for a link; looked up only after the page has answered, text never stored."""

    __tablename__ = "sign_in_request"
    id: int | None = Field(default=None, primary_key=True)
    email: str
    nonce_hash: str
    asked_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


class SignInToken(SQLModel, table=True):
    """A link that can be spent once; of link, code and browser only the hashes are kept."""

    __tablename__ = "sign_in_token"
    token_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    nonce_hash: str
    code_hash: str
    tries: int = 0
    expires_at: datetime = Field(sa_type=Instant)
    spent_at: datetime | None = Field(default=None, sa_type=Instant)


class Knock(SQLModel, table=True):
    """How often somebody knocked in one window of time; of who it was only a keyed hash is kept."""

    purpose: str = Field(primary_key=True)
    who_hash: str = Field(primary_key=True)
    since: datetime = Field(primary_key=True, sa_type=Instant)
    times: int


class WebSession(SQLModel, table=True):
    """A signed-in browser, by e-mailed `link` or by `oidc`; revoked by a date, never forgotten.

    `second_at` is when a second factor was shown in it.
    """

    __tablename__ = "web_session"
    id_hash: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    csrf: str
    via: str = "link"
    second_at: datetime | None = Field(default=None, sa_type=Instant)
    began_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class SecondFactor(SQLModel, table=True):
    """A person's one-time codes: the secret enciphered, and the last step of time it was used."""

    __tablename__ = "second_factor"
    person_id: int = Field(primary_key=True, foreign_key="person.id")
    secret: str
    made_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_step: int = 0
