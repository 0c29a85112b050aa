"""One return in public words: its answers, its promises, its replies, and what was held back."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from charter.actions import Change, Promise
from charter.answers import Answer
from charter.contested import asked_again, disputed, why_changed
from charter.facts import checked, facts, runs
from charter.faithful import mark_of, mark_of_reply
from charter.parts import (
    Account,
    ActionRow,
    AnswerRow,
    RequestRow,
    Slip,
    SumsDisagree,
    Tag,
    Tally,
)
from charter.quarters import Quarter, london_date
from charter.reading import QUIET, Reader
from charter.returns import State
from charter.review import Judged
from charter.said import Said
from charter.steps import Rating
from charter.views import FamilyRequestView, ReturnView
from charter.words import (
    ACTION_WORDS,
    FAITHFUL_WORDS,
    RATING_WORDS,
    REPLY_WORDS,
    STATE_WORDS,
    kept_words,
)


def account(view: ReturnView, reader: Reader) -> Account:
    """The facts of one return, and as much of the rest as may be published."""
    life, edition = view.life, view.edition
    is_checked, checked_words = checked(view) if edition else (None, "")
    extension = life.extended.public if life.extended and not view.quiet else ""
    told = edition if not view.quiet else None
    signed_on = london_date(life.first_signed_at) if life.first_signed_at else None
    mark = mark_of_reply(life) if told else None
    taken_down = view.withdrawal
    return Account(
        source=view.source,
        party_code=view.party_code,
        party_name=view.who,
        runs=runs(view),
        state=view.state,
        tag=Tag.of(STATE_WORDS[view.state]),
        unreachable=life.unreachable,
        due=life.first_signed_due if life.is_received else life.due,
        received_on=signed_on,
        days_late=life.days_late(life.first_signed_at) if life.first_signed_at else None,
        facts=facts(view, reader.shown(extension, "the reason for more time", view.source)),
        own_words=_own_words(view, reader),
        published=edition is not None,
        waits_for=view.waits_for,
        checked=is_checked,
        checked_words=checked_words,
        withheld=QUIET if view.quiet else "" if view.may_rate else view.why_not,
        tally=tally(view),
        reply=reader.shown(life.reply if told else "", "the right of reply", view.source),
        reply_faithful=_faithful(mark) if told and life.reply else None,
        reply_faithful_words=reader.shown(
            mark.reason if mark else "",
            "what the listening partner says of the right of reply",
            view.source,
        ),
        revision=edition.revision if edition else None,
        published_on=edition.published_on if edition else None,
        first_published=edition.first if edition else None,
        revised_because=reader.shown(
            told.because if told else "", "the reason for the revision", view.source
        ),
        withdrawn_on=taken_down.on if taken_down else None,
        withdrawn_because=reader.shown(
            taken_down.because if taken_down else "", "why it was taken down", view.source
        ),
    )


def _faithful(mark: Judged | None) -> Tag:
    """How the listening partner marked a reply, in words; its silence reads *not checked*."""
    return Tag.of(FAITHFUL_WORDS[mark.faithful if mark else None])


def _own_words(view: ReturnView, reader: Reader) -> str:
    """Why a service did not run, or what its provider says beside *not returned*."""
    said, where = view.document.nil_reason if view.document else "", "why the service did not run"
    if view.state is State.NOT_RETURNED:
        said, where = view.life.sentence, "the sentence beside not returned"
    return reader.shown(said if view.edition and not view.quiet else "", where, view.source)


def fresh_replies(view: ReturnView) -> frozenset[str]:
    """The requests that this very return answers; an older answer may stand for the others."""
    replies = view.document.replies if view.document else ()
    return frozenset(reply.request for reply in replies if reply.answer is not None)


def ratings(view: ReturnView) -> Mapping[str, Rating]:
    """The rating that stands for each commitment: the receipt's, or the answer with its changes."""
    if view.receipt is not None:
        return {line.commitment: line.rating for line in view.receipt.lines}
    answers = view.document.answers if view.document else ()
    standing = {a.commitment: a.rating for a in answers if a.rating is not None}
    changes = {c: change.rating for c, change in view.life.changes.items() if c in standing}
    return {**standing, **changes}


def tally(view: ReturnView) -> Tally | None:
    """How many promises were kept; None where ratings are withheld or there are none."""
    standing = ratings(view) if may_show_ratings(view) else {}
    if not standing:
        return None
    counts = {rating: list(standing.values()).count(rating) for rating in Rating}
    receipt = view.receipt
    if receipt is not None and (
        counts[Rating.FULLY],
        counts[Rating.PARTLY],
        counts[Rating.NOT_MET],
        counts[Rating.NOT_APPLICABLE],
    ) != (receipt.fully, receipt.partly, receipt.not_met, receipt.not_applicable):
        raise SumsDisagree(f"return {view.return_id}: its receipt's lines and totals disagree")
    numbers = [counts[rating] for rating in RATING_WORDS]
    return Tally(
        kept=numbers[0],
        partly=numbers[1],
        not_kept=numbers[2],
        not_applicable=numbers[3],
        words=kept_words(*numbers),
    )


def may_show_ratings(view: ReturnView) -> bool:
    """Published, allowed in this region, and answered by a service that ran."""
    has_answers = view.document is not None and not view.document.nil_return
    return view.edition is not None and view.may_rate and has_answers and not view.quiet


def answer_row(view: ReturnView, commitment: str, reader: Reader) -> AnswerRow | None:
    """One organisation's answer on one commitment; None where it may not be shown."""
    if not may_show_ratings(view) or view.document is None:
        return None
    rating = ratings(view).get(commitment)
    answer = next((a for a in view.document.answers if a.commitment == commitment), None)
    if rating is None or answer is None:
        return None

    def shown(text: str, what: str) -> str:
        return reader.shown(text, f"{what} on {commitment}", view.source)

    return AnswerRow(
        source=view.source,
        party_name=view.who,
        rating=rating.value,
        tag=Tag.of(RATING_WORDS[rating]),
        statement=shown(answer.public_statement, "the public statement"),
        because="" if rating is Rating.FULLY else shown(answer.reason, "the reason"),
        changed=_changed(view, answer, rating, shown(why_changed(view, commitment), "the change")),
        checked=Said("Own view, not yet checked") if checked(view)[0] is False else "",
        asked_again=asked_again(view) if commitment in view.life.questions else "",
        disputed=disputed(view, commitment, reader),
    )


def _changed(view: ReturnView, answer: Answer, rating: Rating, why: str) -> str:
    if answer.commitment not in view.life.changes or answer.rating in {None, rating}:
        return ""
    assert answer.rating is not None
    return Said(
        "{commissioner} changed this from “{was}” to “{now}”. Its reason: {why}",
        commissioner=view.commissioner,
        was=Said(RATING_WORDS[answer.rating].public),
        now=Said(RATING_WORDS[rating].public),
        why=why,
    )


def action_rows(view: ReturnView, reader: Reader) -> tuple[ActionRow, ...]:
    """What was promised and is open, or was settled in this quarter; earliest date first."""
    if view.edition is None or view.quiet:
        return ()
    standing = [p for p in (as_at(p, view.quarter) for p in view.promises) if p.changes]
    told = [p for p in standing if p.is_open or p.spoken_of(view.quarter)]
    told.sort(key=lambda promise: (promise.due, promise.id))
    return tuple(_action_row(view, promise, reader) for promise in told)


def as_at(promise: Promise, quarter: Quarter) -> Promise:
    """The promise as it stood at the end of a quarter's round, later changes left out."""
    known = tuple(c for c in promise.changes if Quarter.parse(c.quarter) <= quarter)
    return replace(promise, changes=known)


def _last(promise: Promise) -> Change:
    """What the newest quarter said last, however late an older one was signed."""
    order = enumerate(promise.changes)
    return max(order, key=lambda pair: (Quarter.parse(pair[1].quarter), pair[0]))[1]


def _action_row(view: ReturnView, promise: Promise, reader: Reader) -> ActionRow:
    request = "" if promise.request in view.beside.few else promise.request or ""
    source = view.source.model_copy(update={"action": promise.id, "request": request})

    def shown(text: str, what: str) -> str:
        return reader.shown(text, f"{what} of action {promise.id}", source)

    assert view.edition is not None
    because = _last(promise).reason if promise.status == "not_doing" else ""
    return ActionRow(
        source=source,
        party_name=view.who,
        commitment=promise.commitment,
        title=shown(promise.title, "the title"),
        status=promise.status,
        tag=Tag.of(ACTION_WORDS[promise.status]),
        is_new=promise.changes[0].quarter == str(view.quarter) and not promise.taken_over,
        first_promised=promise.first_due,
        due=promise.due,
        slips=tuple(
            Slip(was=slip.was, now=slip.became, because=shown(slip.reason, "the slip"))
            for slip in promise.slips
        ),
        slipped_now=len(promise.slips) > len(as_at(promise, view.quarter.previous()).slips),
        because=shown(because, "the reason"),
        date_passed=promise.is_open and promise.due < view.edition.published_on,
        handed=promise.handed,
        handed_because=shown(promise.declined, "the reason for declining"),
        consulted=shown(promise.consulted, "who was asked"),
        learnt=_learnt(view, promise, shown),
    )


def _learnt(view: ReturnView, promise: Promise, shown: Callable[[str, str], str]) -> str:
    """The practice taken up, with its prison, whose name is in the register and names nobody."""
    title, _, prison = view.practices.get(promise.practice or "", "").rpartition(", ")
    return f"{shown(title, 'the practice taken up')}, {prison}" if title else ""


def request_rows(
    view: ReturnView, actions: tuple[ActionRow, ...], reader: Reader
) -> tuple[RequestRow, ...]:
    """What families asked of this organisation, oldest first, with its reply and its actions."""
    if view.edition is None or view.quiet:
        return ()
    named = (request for request in view.requests if request.id not in view.beside.few)
    told = sorted(named, key=lambda request: (request.heard_on, request.id))
    return tuple(_request_row(view, request, actions, reader) for request in told)


def _answer(view: ReturnView, request: FamilyRequestView) -> tuple[str | None, str, Judged | None]:
    replies = view.document.replies if view.document else ()
    for reply in replies:
        if reply.request == request.id and reply.answer is not None:
            return reply.answer, reply.words, mark_of(view.life, reply)
    return request.answer, request.words, request.mark


def _request_row(
    view: ReturnView,
    request: FamilyRequestView,
    actions: tuple[ActionRow, ...],
    reader: Reader,
) -> RequestRow:
    source = view.source.model_copy(update={"request": request.id})
    answer, words, mark = _answer(view, request)
    later = answer is None and request.answer_due and request.answer_due > view.quarter
    return RequestRow(
        source=source,
        party_name=view.who,
        commitment=request.commitment,
        asked=reader.shown(request.text, f"request {request.id}", source),
        heard_on=request.heard_on,
        heard_from=reader.shown(request.source, f"where request {request.id} was heard", source),
        answer=answer or "",
        tag=Tag.of(REPLY_WORDS[answer]),
        words=reader.shown(words, f"the reply to request {request.id}", source),
        earlier=answer is not None and request.id not in fresh_replies(view),
        answer_due=_later(view.quarter, request.answer_due) if later else "",
        actions=tuple(row for row in actions if row.source.request == request.id),
        faithful=_faithful(mark) if answer is not None else None,
        faithful_words=reader.shown(
            mark.reason if mark else "",
            f"what the listening partner says of the reply to request {request.id}",
            source,
        ),
        recommendation=request.recommendation,
    )


def _later(quarter: Quarter, owed: Quarter | None) -> str:
    if owed is None or owed == quarter.next():
        return Said("Answer due next quarter")
    return Said("Answer due in the update for {quarter}", quarter=owed)
