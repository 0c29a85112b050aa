"""Every page of the console, in one router."""

from fastapi import APIRouter

from portal.console import asked, case, cycle, deciding, extending, files, judging, practice

router = APIRouter()
for part in (cycle, case, deciding, extending, asked, files, judging, practice):
    router.include_router(part.router)
