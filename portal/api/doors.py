"""Who may use the return interface, and what they sent: by token alone, and as JSON alone."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from charter.answers import Problem
from portal.desk import Desk, desk_of
from portal.limits import CALLS_PER_TOKEN
from providers import tokens

_BEARER = HTTPBearer(
    auto_error=False, description="A provider's token, made with `charter token add`."
)


class Refused(Exception):
    """The request goes no further: an HTTP status, and what is wrong."""

    def __init__(self, status: int, *problems: Problem, what: str = "") -> None:
        super().__init__(what or "; ".join(map(str, problems)))
        self.status = status
        self.problems = problems or (Problem("", what),)


@dataclass(frozen=True)
class Call:
    """One request by a provider's program, at one instant."""

    desk: Desk
    now: datetime
    provider: str
    provider_name: str


def called(
    request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Call:
    """Who calls; Refused without a living token, or when it calls too often. Cookies count not."""
    desk = desk_of(request)
    with desk.database.reading() as session:
        token = tokens.holder(session, bearer.credentials) if bearer else None
    if token is None:
        raise Refused(401, what="give a token that is still good: Authorization: Bearer charter_…")
    if not desk.limits.allow(CALLS_PER_TOKEN, "api", str(token.id), desk.clock()):
        raise Refused(429, what="this token has called too often; wait a minute and go on")
    return Call(desk, desk.clock(), token.party, token.party_name)


async def sent(request: Request) -> object:
    """The JSON that was sent, as plain data not checked yet."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, what="send the return as JSON, with Content-Type: application/json")
    return plain(await request.body())


def plain(body: bytes) -> object:
    """Plain data from JSON in UTF-8; Refused if it is none, or nested deeper than any return."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(422, what="this is not UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(422, what=f"this is not JSON at {where} ({error.msg})") from None
    except (ValueError, RecursionError):
        raise Refused(422, what="this holds numbers or brackets that no return has") from None


Caller = Annotated[Call, Depends(called)]
Sent = Annotated[object, Depends(sent)]
