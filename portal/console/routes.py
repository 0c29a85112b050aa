"""Every page of the console, in one router."""

from fastapi import APIRouter

from portal.console import case, cycle, deciding, extending, judging

router = APIRouter()
for part in (cycle, case, deciding, extending, judging):
    router.include_router(part.router)
