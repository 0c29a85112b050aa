"""Every page of the provider's side, in one router."""

from fastapi import APIRouter

from portal.provider import (
    actions,
    commitment,
    handing,
    listing,
    not_running,
    promise,
    replies,
    reply,
    signing,
    tasks,
)

router = APIRouter()
for part in (
    listing,
    tasks,
    commitment,
    actions,
    promise,
    replies,
    not_running,
    handing,
    signing,
    reply,
):
    router.include_router(part.router)
