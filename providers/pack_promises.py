"""The tables of a pack that promises and families make: actions, replies, and what families say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from charter.actions import Promise, tally
from charter.commitments import CharterFile
from charter.keeping import OUTCOME_WORDS, Outcome, kept, outcome_of
from charter.listening import Survey
from charter.packs import PackTable, Row
from charter.quarters import Quarter, say
from charter.words import ACTION_WORDS, REPLY_WORDS
from providers.pack_sections import NOT_KNOWN, Told, ids, number, place, text
from providers.returns import Ref


def held(told: Told, refs: Sequence[Ref]) -> list[tuple[Ref, Promise]]:
    """Each promise once, with the newest of these returns that is its holder's at that prison."""
    newest: dict[tuple[str, int], Ref] = {}
    for ref in refs:
        newest[ref.party, ref.site_id] = ref
    return [
        (ref, promise)
        for key, ref in sorted(newest.items(), key=lambda pair: (pair[1].site_name, pair[1].id))
        for promise in sorted(told.promises.get(key, ()), key=lambda p: (p.first_due, p.id))
        if not (promise.passed_on and not promise.passed_on.declined)
    ]


def action_sums(told: Told, refs: Sequence[Ref], quarter: Quarter) -> PackTable:
    """How the actions add up over the quarter, and how many were kept by their first date."""
    listed = held(told, refs)
    summed = tally([promise for _, promise in listed], quarter)
    became = [(outcome_of(promise, told.today), promise.first_due) for _, promise in listed]
    in_time = kept(became, told.today)
    overdue = sum(p.is_open and p.due < told.today for _, p in listed)
    cells = (
        quarter.in_words, summed.brought_forward, summed.new, summed.closed, summed.open,
        overdue, f"{in_time.on_time} of {in_time.of}",
    )  # fmt: skip
    return PackTable(
        id="action-sums",
        title="How the actions add up",
        columns=(
            *text("Quarter"),
            *number("Brought forward", "New", "Closed", "Open", "Overdue"),
            *text("Kept on time, of those whose first date has come"),
        ),
        rows=(Row(cells=cells, returns=ids({ref.id: ref for ref, _ in listed}.values())),),
    )


def _stands(promise: Promise, today: date) -> str:
    """How a promise stands: one that is over by what became of it, as on the page of actions."""
    became = outcome_of(promise, today)
    word = ACTION_WORDS[promise.status] if became is Outcome.OPEN else OUTCOME_WORDS[became]
    return word.console


def actions(
    told: Told,
    refs: Sequence[Ref],
    *,
    only_overdue: bool = False,
    spoken_of: Quarter | None = None,
) -> PackTable:
    """Every action with its first promised date, how often it moved, and how it stands.

    With `spoken_of` those left out are the ones settled before that quarter.
    """
    rows = [
        Row(
            cells=(
                place(ref), ref.party_name, told.short(ref, promise.commitment), promise.title,
                say(promise.first_due), say(promise.due), len(promise.slips),
                "; ".join(slip.reason for slip in promise.slips if slip.reason) or NOT_KNOWN,
                _stands(promise, told.today),
            ),
            returns=(ref.id,),
        )
        for ref, promise in held(told, refs)
        if not only_overdue or (promise.is_open and promise.due < told.today)
        if not spoken_of or promise.is_open or promise.spoken_of(spoken_of)
    ]  # fmt: skip
    return PackTable(
        id="actions",
        title="Actions past their promised date" if only_overdue else "Actions",
        columns=(
            *text("Prison", "Provider", "Commitment", "Action", "First promised for",
                  "Promised for now"),
            *number("Times moved"),
            *text("Why it moved", "Status"),
        ),
        rows=tuple(rows),
        nothing="No action is overdue." if only_overdue else "Nothing was promised.",
    )  # fmt: skip


def replies(told: Told, refs: Sequence[Ref]) -> PackTable:
    """What families asked for, and each signed return's reply to it."""
    rows = []
    for ref in refs:
        document = told.documents.get(ref.id)
        said = {reply.request: reply for reply in document.replies} if document else {}
        for asked in told.asked:
            if asked.party != ref.party or asked.site not in ("", ref.site):
                continue
            if asked.heard_on > ref.dates.requests_close:
                continue
            reply = said.get(asked.id)
            if reply is None and ref.quarter != told.quarters[0]:
                continue
            rows.append(
                Row(
                    cells=(
                        asked.text, place(ref), ref.party_name, ref.quarter.in_words,
                        say(asked.heard_on), REPLY_WORDS[reply.answer if reply else None].console,
                        (reply.words if reply else "") or NOT_KNOWN,
                    ),
                    returns=(ref.id,),
                )
            )  # fmt: skip
    return PackTable(
        id="replies",
        title="What families asked for, and the replies",
        columns=tuple(
            text("What families asked for", "Prison", "Provider", "Quarter", "Heard on", "Reply",
                 "In its words")
        ),
        rows=tuple(rows),
        nothing="Families asked for nothing that these returns are to reply to.",
    )  # fmt: skip


def voices(
    surveys: Iterable[Survey], charter: CharterFile, least_base: int, sites: Mapping[str, str]
) -> PackTable:
    """What families answered, beside what providers say of themselves and never added to it."""
    rows = [
        Row(
            cells=(
                charter.find(one.commitment).short if one.commitment in charter.ids
                else one.commitment,
                one.question, sites.get(one.site_code, one.site_code) or "The whole region",
                f"{one.share} per cent" if one.base >= least_base else "Too few to say",
                str(one.base) if one.base >= least_base else f"Fewer than {least_base}",
                one.method, say(one.asked_on),
            )
        )
        for one in surveys
    ]  # fmt: skip
    return PackTable(
        id="voices",
        title="What families say, from the listening partner",
        columns=tuple(
            text("Commitment", "Question", "Where", "Said that it was so", "People asked", "How",
                 "When")
        ),
        rows=tuple(rows),
        nothing="No answers of families were entered for this quarter.",
    )  # fmt: skip
