"""What still lacks in a return, each with the page where it can be mended."""

from collections.abc import Iterable
from dataclasses import dataclass

from charter.answers import Problem
from portal.provider.rooms import Room
from portal.provider.saving import named

PARTS = {
    "measures": "Measures",
    "spotlight": "Spotlight on inequalities",
    "actions": "Your actions",
    "replies": "Replies to families",
}


@dataclass(frozen=True)
class Lack:
    """One thing to mend: where it is, what about it, and the page it is mended on."""

    heading: str
    what: str
    path: str


def lacks(room: Room, problems: Iterable[Problem]) -> list[Lack]:
    """The problems in words, in their own order; the same about several boxes is said once."""
    return list(dict.fromkeys(_lack(room, problem) for problem in problems))


def _lack(room: Room, problem: Problem) -> Lack:
    part, _, rest = problem.where.partition("[")
    name, part = rest.partition("]")[0], part.partition(".")[0]
    what = problem.what[:1].upper() + problem.what[1:]
    if part == "answers" and name in room.charter.ids:
        return Lack(room.charter.find(name).short, what, f"{room.path}/commitments/{name}")
    asks = {one.id: one.asks for _, one in room.charter.measures}
    if part == "measures" and name in asks:
        return Lack(PARTS[part], named(asks[name], problem.what), f"{room.path}/{part}")
    if part in PARTS:
        return Lack(PARTS[part], what, f"{room.path}/{part}")
    if part.startswith("nil"):
        return Lack("The service did not run", what, f"{room.path}/not-running")
    return Lack("The return", what, room.path)
