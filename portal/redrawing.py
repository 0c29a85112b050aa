"""Has a return's page drawn anew once somebody acted on it, before they are sent on to look."""

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.desk import Desk

DONE = 303
"""How every act of ours ends that was done."""


class Redrawing:
    """Middleware: what was done is on record by then, and stands whatever becomes of the drawing.

    It is the one place for all acts on a return, whoever does them: an address that names a
    `return_id` was sent to, and sends its visitor on.
    """

    def __init__(self, app: ASGIApp, *, desk: Desk) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request in, one answer out."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return

        async def after(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == DONE:
                which = str(scope.get("path_params", {}).get("return_id", ""))
                if which.isdecimal():
                    await run_in_threadpool(self._draw, int(which))
            await send(message)

        await self.app(scope, receive, after)

    def _draw(self, return_id: int) -> None:
        self.desk.steward.draw_after(self.desk.clock(), [return_id])
