"""What the laboratory found, judged in sentences and written as Markdown tables."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tests.crash.controls import LEAKS
from tests.crash.ground import Trouble
from tests.crash.letters import NOBODY, OURS, Result
from tests.crash.quarter import Played
from tests.crash.twice import Rounds
from tests.crash.workers import POINTS


def letter_faults(result: Result) -> list[str]:
    """What a trial of delivery should not have shown, in sentences; none when all is as it must."""
    trial, post = result.trial, result.post
    expected = dict.fromkeys(("lost", "twice"), 0)
    if trial.order != OURS and (leak := LEAKS.get((trial.order, trial.point))):
        expected[leak] = result.killed
    allowed = result.killed if (trial.order, trial.mail) == (OURS, NOBODY) else 0
    checks = {
        f"{result.killed} kills of {trial.kills}": result.killed >= trial.kills,
        f"{post.lost} lost, not {expected['lost']}": post.lost == expected["lost"],
        f"{post.twice} sent twice, not {expected['twice']}": post.twice == expected["twice"],
        f"{post.stuck} stuck": post.stuck == 0,
        f"{len(post.in_doubt)} in doubt": len(post.in_doubt) <= allowed,
        f"{result.differs} ended otherwise": trial.order != OURS or result.differs == 0,
        result.unsound: not result.unsound,
        result.faults[-400:]: not result.faults,
    }
    where = f"{result.database}, {_order(result)}, {POINTS[trial.point]}"
    return [f"{where}: {what}" for what, holds in checks.items() if not holds]


def quarter_faults(played: Played, ideal: Played, kills: int) -> list[str]:
    """The same for a quarter, against one that nobody was killed in."""
    found = [f"{played.database}: {each}" for each in played.wrong]
    few = [point for point, many in played.killed.items() if many < kills]
    if few:
        found.append(f"{played.database}: fewer than {kills} kills at {', '.join(few)}")
    unlike = sorted(
        name for name in {*played.end, *ideal.end} if played.end.get(name) != ideal.end.get(name)
    )
    if unlike:
        found.append(f"{played.database}: {len(unlike)} ended otherwise, {unlike[0]} first")
    post = played.post
    if post is None or post.lost or post.twice or post.stuck or post.in_doubt:
        found.append(f"{played.database}: the letters of the quarter ended as {post}")
    return found


def trouble_faults(trouble: Trouble) -> list[str]:
    """The same for a trouble."""
    where = f"{trouble.database}, {trouble.what}"
    found = [f"{where}: {trouble.wrong}"] if trouble.wrong else []
    if trouble.lost or trouble.twice or trouble.stuck:
        found.append(f"{where}: {trouble.lost} lost, {trouble.twice} twice, {trouble.stuck} stuck")
    return found


def round_faults(rounds: Rounds) -> list[str]:
    """The same for the rounds of everything twice at once."""
    found = [each for each in (rounds.wrong, rounds.escaped[-600:]) if each]
    if rounds.twice or rounds.lost:
        found.append(f"{rounds.twice} letters twice, {rounds.lost} lost or stuck")
    return [f"{rounds.database}, everything twice: {each}" for each in found]


def _order(result: Result) -> str:
    if result.trial.order != OURS:
        return result.trial.order
    return f"ours, {result.trial.mail}"


def _cell(result: Result) -> str:
    said = {
        "lost": result.post.lost,
        "twice": result.post.twice,
        "in doubt": len(result.post.in_doubt),
        "stuck": result.post.stuck,
    }
    return ", ".join(f"{many} {what}" for what, many in said.items() if many) or "0"


def letters_table(results: Sequence[Result]) -> str:
    """A row for each order of events, a column for each point; what went wrong in each cell."""
    parts = []
    for database, group in groupby(results, key=lambda result: result.database):
        here = list(group)
        points = [p for p in POINTS if any(r.trial.point == p for r in here)]
        rows = [
            [
                name,
                *(next((_cell(r) for r in own if r.trial.point == p), "n/a") for p in points),
            ]
            for name, own in ((n, list(g)) for n, g in groupby(here, key=_order))
        ]
        killed, took = sum(r.killed for r in here), sum(r.seconds for r in here)
        head = [f"{database}: {killed:,} kills, {took:.0f} s", *(POINTS[p] for p in points)]
        parts.append(table(head, rows))
    return "\n\n".join(parts)


def quarter_table(played: Sequence[Played]) -> str:
    """A row for each kind of commit, a column for each database; the kills in each cell."""
    points = list(dict.fromkeys(point for one in played for point in one.killed))
    rows = [
        [point.replace("commit:", "after a commit of ").replace("_", " ")]
        + [str(one.killed.get(point, 0)) for one in played]
        for point in points
    ]
    return table(["killed", *(f"{one.database}, {one.seconds:.0f} s" for one in played)], rows)


def troubles_table(troubles: Iterable[Trouble]) -> str:
    """A row for each trouble."""
    rows = [
        [
            t.what,
            t.database,
            *map(str, (t.letters, t.ambiguous, t.doubted, t.lost, t.twice, t.stuck)),
        ]
        for t in troubles
    ]
    head = "trouble, database, letters, made ambiguous, in doubt, lost, twice, stuck"
    return table(head.split(", "), rows)


def rounds_table(every: Iterable[Rounds]) -> str:
    """A row for each database."""
    rows = [
        [
            one.database,
            *map(str, (one.rounds, one.runs, one.letters, one.twice, one.lost)),
            "none" if not one.escaped else "some",
            f"{one.seconds:.0f}",
        ]
        for one in every
    ]
    head = "database, rounds, runs of flows, letters, twice, lost, errors escaped, seconds"
    return table(head.split(", "), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
