"""What changed in a quarter, most telling first, for a reader with one minute."""

from collections import Counter

from charter.facts import ended
from charter.parts import Account, ActionRow, News, RequestRow, Section, Tag
from charter.returns import State
from charter.said import Said
from charter.views import ReturnView

MOST = 5
_LATER = Tag(words=Said("Later than promised"), colour="yellow", shape="clock")
_NEW = Tag(words=Said("New promise"), colour="blue", shape="empty")
_TAKEN_DOWN = Tag(words=Said("Taken down"), colour="grey", shape="dash")
_WAITS = Tag(words=Said("Not published yet"), colour="grey", shape="clock")


def news(
    view: ReturnView,
    account: Account,
    actions: tuple[ActionRow, ...],
    requests: tuple[RequestRow, ...],
) -> list[tuple[int, News]]:
    """The lines of one return, each with its rank: the lower, the earlier on the page."""
    found = [*_of_state(view, account)]
    of_actions = [line for row in actions for line in _of_action(row)]
    found += of_actions
    told = {line.source.request for _, line in of_actions}
    found += [
        _of_reply(row)
        for row in requests
        if row.answer and not row.earlier and row.source.request not in told
    ]
    return found or [(9, _nothing_new(account))]


def first_of(lines: list[tuple[int, News]]) -> tuple[News, ...]:
    """The few that a page begins with; of lines alike in rank, each organisation has its turn."""
    turns: Counter[tuple[int, str]] = Counter()
    ranked = []
    for rank, line in lines:
        turns[rank, line.party_name] += 1
        ranked.append((rank, turns[rank, line.party_name], line))
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(line for _, _, line in ranked[:MOST])


def _of_state(view: ReturnView, account: Account) -> list[tuple[int, News]]:
    if account.withdrawn_on:
        day = account.withdrawn_on
        words = Said("The update of {who} was taken down on {day}.", who=view.who, day=day)
        return [(0, _line(account, words, _TAKEN_DOWN))]
    if account.state in {State.RECEIVED, State.RECEIVED_LATE}:
        if account.published and not view.quiet:
            return []
        if account.published:
            return [(0, _line(account, account.facts[0], account.tag))]
        words = Said("{who} has sent its update. It is not published yet.", who=view.who)
        return [(0, _line(account, words, _WAITS))]
    return [(0, _line(account, account.facts[0], account.tag))]


def _of_action(row: ActionRow) -> list[tuple[int, News]]:
    if row.status == "done":
        return [(1, _action_line(row, row.title, row.tag))]
    if row.status == "not_doing":
        return [(3, _action_line(row, row.title, row.tag))]
    if row.slipped_now:
        slip = row.slips[-1]
        words = Said(
            "{title} Now {now}, before that {was}.",
            title=ended(row.title),
            now=slip.now,
            was=slip.was,
        )
        return [(4, _action_line(row, words, _LATER))]
    if row.is_new:
        words = Said("{title}, by {due}.", title=row.title.rstrip("."), due=row.due)
        return [(5, _action_line(row, words, _NEW))]
    return []


def _of_reply(row: RequestRow) -> tuple[int, News]:
    line = News(
        source=row.source,
        party_name=row.party_name,
        words=row.asked,
        tag=row.tag,
        section="asked",
    )
    return (2, line)


def _action_line(row: ActionRow, words: str, tag: Tag) -> News:
    section: Section = "not-done" if row.status == "not_doing" else "next"
    return News(
        source=row.source,
        party_name=row.party_name,
        words=words,
        tag=tag,
        section="asked" if row.source.request else section,
    )


def _line(account: Account, words: str, tag: Tag) -> News:
    return News(
        source=account.source,
        party_name=account.party_name,
        words=words,
        tag=tag,
        section="update",
    )


def _nothing_new(account: Account) -> News:
    kept = Said("Its promises: {kept}.", kept=account.tally.words) if account.tally else ""
    idle = Said("{who} has no new action.", who=account.party_name)
    return _line(account, Said.together(idle, kept), account.tag)
