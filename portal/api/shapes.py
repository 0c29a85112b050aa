"""What the return interface says, as typed shapes, and how it is described to programs."""

from datetime import date
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field

from charter.document import ReturnDocument
from charter.returns import State

COMPONENTS = "#/components/schemas/{model}"
DOCUMENT = {"$ref": COMPONENTS.format(model="ReturnDocument")}


class Owed(BaseModel):
    """One return the provider owes or owed, and how it stands."""

    quarter: str = Field(description="Such as 2026-27-Q2.")
    site: str = Field(description="The prison's code, as the register has it.")
    site_name: str
    line: str = Field(description="The service line, where the provider has several there.")
    state: State
    due: date | None = Field(description="Due by the end of this day in London.")
    open: bool = Field(description="Whether it can be handed in now.")
    closed_because: str = Field(description="Why it cannot; empty when it can.")
    lacks: int = Field(ge=0, description="How many problems stand against it as it is saved now.")


class Listing(BaseModel):
    """Every return of the provider the token belongs to, oldest quarter first."""

    provider: str
    provider_name: str
    returns: list[Owed]


class Trouble(BaseModel):
    """One thing to mend."""

    where: str = Field(description="The place, as in answers[W3].reason; empty for the whole.")
    what: str = Field(description="What is wrong, in a sentence with the mend.")


class Receipt(BaseModel):
    """What became of a return that was handed in."""

    changed: bool = Field(description="False if this very document had been received already.")
    fingerprint: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of what was signed, in hex."
    )
    state: State
    warnings: list[Trouble] = Field(
        description="What looks as if it named a patient; it was taken all the same."
    )


class Refusal(BaseModel):
    """Why a request went no further; every refusal has this shape."""

    problems: list[Trouble]


class DescribedInterface(FastAPI):
    """An app whose description knows the shape of a return, which the app itself checks by hand.

    The checks are those of a file or a page: the framework's own would answer in other words.
    """

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description, with the return's schema among its components."""
        if self.openapi_schema is None:
            described = super().openapi()
            schema = ReturnDocument.model_json_schema(ref_template=COMPONENTS)
            parts = schema.pop("$defs")
            described["components"]["schemas"] |= {**parts, "ReturnDocument": schema}
        return self.openapi_schema or {}
