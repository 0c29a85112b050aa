"""Every page of the console, in one router."""

from fastapi import APIRouter

from portal.console import (
    asked,
    case,
    cycle,
    dates,
    deciding,
    extending,
    files,
    judging,
    naming,
    pausing,
    practice,
    rungs,
)

router = APIRouter()
for part in (
    rungs,
    cycle,
    dates,
    pausing,
    case,
    deciding,
    naming,
    extending,
    asked,
    files,
    judging,
    practice,
):
    router.include_router(part.router)
