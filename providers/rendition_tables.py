"""The tables of what people made of something published: forms of a page, and other languages."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class Rendition(SQLModel, table=True):
    """Something published, made over by people: who made it, who checked it, and when.

    `kind` is a form of a prison's page, `translation` of a text, or `catalogue` of the site's own
    words, which is of no region. `renders` is the SHA-256 of what it was made from: the editions
    that the page told of, or the English text; a catalogue holds the English itself. `sha` is that
    of the file, or of the document that holds the words. `checker` is empty where nobody was.
    """

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    region_code: str | None = Field(default=None, foreign_key="region.code")
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
