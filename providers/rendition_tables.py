"""The tables of what people made of something published: forms of a page, and translations."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class Rendition(SQLModel, table=True):
    """Something published, made over by people: who made it, who checked it, and when.

    `kind` is a form of a prison's page, or `translation` of a text. `renders` is the SHA-256 of
    what it was made from: the editions that the page told of, or the English text. `sha` is that of
    the file, or of the document that holds the words. `checker` is empty where nobody checked it.
    """

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    region_code: str = Field(foreign_key="region.code")
    site_id: int | None = Field(default=None, foreign_key="site.id", index=True)
    quarter: str = ""
    language: str
    renders: str = Field(index=True)
    sha: str
    maker: str
    checker: str = ""
    made_on: date
    salt: str
    added_at: datetime = Field(sa_type=Instant)
    added_by: str
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class RenditionFile(SQLModel, table=True):
    """The bytes of a file that people made, once under its own SHA-256."""

    __tablename__ = "rendition_file"
    sha: str = Field(primary_key=True)
    body: bytes
