"""Writes each digest in the transaction that claims it, and records what became of it."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Literal

from sqlmodel import Session

from charter.cases import Case, Reachable, addressee, turned_away
from charter.chasing import recorded_from
from charter.commitments import CharterFile
from charter.disputes import answer_by, decide_by
from charter.policy import Anchor, Policy, Role, Rung
from charter.quarters import Calendar, london_date, say
from charter.returns import Life, State
from charter.steps import Refused as RefusedStep
from charter.steps import Unsent
from charter.stopping import why_not
from flows.cases import Gathered, gather, return_of
from notifications import outbox
from notifications.channels.base import Outcome, Refused
from notifications.drafting import Compose, Write
from notifications.letters import Composed, Letters
from notifications.outbox import Letter, LetterLine, Line
from notifications.wording import Item
from providers import cycles, lives, returns
from providers.people import address_refused
from providers.returns import Ref

ENGINE = "engine"


def composer(calendar: Calendar, base_url: str, site: str) -> Compose:
    """How letters are written: each line is asked again whether it is still owed.

    What the lines of a batch need is gathered for all of them at once. A letter that only says
    what is published leads to the families' site, others to sign in.
    """
    letters = Letters()

    def compose(session: Session, batch: Iterable[LetterLine], now: datetime) -> Write:
        refs = {r.id: r for r in returns.refs(session, ids={return_of(x.subject) for x in batch})}
        gathered = gather(session, refs.values(), now)
        versions = {r.charter_version for r in refs.values()}
        charters = {version: cycles.charter_of(session, version) for version in versions}

        def write(letter: Letter, lines: list[LetterLine]) -> Composed | None:
            kept = [x for x in lines if _still(session, letter, x, refs, gathered, now)]
            if not kept:
                return None
            here = [refs[return_of(x.subject)] for x in kept]
            rules = [gathered.policies[r.policy_version] for r in here]
            top, rule = max(zip(kept, rules, strict=True), key=_height(rules))
            items = [
                _item(r, x, rule, gathered, calendar, letter, charters[r.charter_version], now)
                for r, x, rule in zip(here, kept, rules, strict=True)
            ]
            template = rule.find(top.topic).letter
            quarter = max(r.quarter for r, i in zip(here, items, strict=True) if i.kind == template)
            return letters.render(
                template,
                {
                    "to_name": gathered.names[letter.to_person][0],
                    "region": here[0].region_name,
                    "quarter": str(quarter),
                    "quarter_words": quarter.in_words,
                    "items": items,
                    "link": _link(template, base_url, site),
                    "sample": here[0].sample,
                    "working_wording": _notice(charters[r.charter_version] for r in here),
                },
            )

        return write

    return compose


def _height(rules: Iterable[Policy]) -> Callable[[tuple[LetterLine, Policy]], int]:
    """How high a line stands: on the newest ladder that the letter speaks by, if it is there."""
    newest = max(rules, key=lambda policy: policy.version)
    known = {rung.id for rung in newest.rung}

    def height(line: tuple[LetterLine, Policy]) -> int:
        row, own = line
        return (newest if row.topic in known else own).rank(row.topic)

    return height


def _link(template: str, base_url: str, site: str) -> str:
    """Where a letter leads; every page of the portal asks whoever opens it to sign in first."""
    own = {
        "published": f"{site}/",
        "confirm": f"{base_url}/details",
        "dispute": f"{base_url}/console/disputes",
    }
    return own.get(template, f"{base_url}/sign-in")


def _notice(charters: Iterable[CharterFile]) -> str:
    return next((charter.notice for charter in charters if charter.is_working), "")


def _still(
    session: Session,
    letter: Letter,
    row: LetterLine,
    refs: dict[int, Ref],
    gathered: Gathered,
    now: datetime,
) -> bool:
    """Whether a line is still owed; if not, it leaves the letter and the return's life says so."""
    ref = refs[return_of(row.subject)]
    policy = gathered.policies[ref.policy_version]
    rung = policy.find(row.topic)
    case = gathered.cases[ref.id]
    why = why_not(rung, case, letter.to_person, now, policy, row.occasion)
    if why is None:
        return True
    outbox.drop_line(session, letter.key, Line(row.subject, row.topic, row.occasion), why)
    step = Unsent(
        rung=row.topic,
        person=letter.to_person,
        letter=letter.key,
        reason=why,
        occasion=row.occasion,
    )
    lives.record(session, ref.id, step, now, ENGINE)
    return False


def _item(
    ref: Ref,
    row: LetterLine,
    policy: Policy,
    gathered: Gathered,
    calendar: Calendar,
    letter: Letter,
    charter: CharterFile,
    now: datetime,
) -> Item:
    case, today = gathered.cases[ref.id], london_date(now)
    life, rung = case.life, policy.find(row.topic)
    disputed = rung.anchor is Anchor.DISPUTED
    recorded = recorded_from(case, policy, calendar, today) or today
    return Item(
        kind=rung.letter,
        prison=ref.site_name,
        provider=ref.party_name if ref.party_kind == "provider" else "",
        role=_role(case.people, letter.to_person, rung),
        standing=_standing(life),
        due=_due_words(rung, ref, life, policy, calendar),
        recorded_on=say(recorded),
        publishes=say(max(ref.dates.publishes, recorded, today)),
        about=_named(life.open_disputes if disputed else life.questions, charter),
        changed_stands=_named(_decided(life, upheld=True), charter),
        own_stands=_named(_decided(life, upheld=False), charter),
        revision=max(1, life.revision),
        note=_note(rung, case, letter.to_person),
        quarter_words=ref.quarter.in_words,
        answer=_answer(rung, life),
        refused=tuple(dict.fromkeys(known.role.value for known in turned_away(case))),
        instead=_instead(case),
        quarters=case.quarters_unreachable,
        **_promises(rung, case),
    )


def _named(commitments: Iterable[str], charter: CharterFile) -> str:
    return ", ".join(f"“{charter.find(c).short}”" for c in commitments)


def _decided(life: Life, *, upheld: bool) -> list[str]:
    """The commitments of which a dispute was decided so."""
    return [c for c, dispute in life.disputes.items() if dispute.upheld is upheld]


def _promises(rung: Rung, case: Case) -> dict[str, Any]:
    """How many promises a rung is about, and the earliest of their days."""
    days = case.promises.get(rung.anchor, ())
    return {"promises": len(days), "since": say(min(days))} if days else {}


def _note(rung: Rung, case: Case, person: int) -> str:
    """Why the due date in force is not the cycle's own, and why somebody else is asked.

    The reason of an extension is private.
    """
    life = case.life
    moved = life.due_why and not (life.extended and life.extended.due == life.due)
    if moved and rung.anchor is Anchor.MOVED:
        return f"Why: {life.due_why}."
    if not rung.is_chaser:
        return ""
    said = [f"Please note: {life.due_why}."] if moved else []
    stands_in = addressee(Role.LEAD, case.people)
    if stands_in and stands_in.person == person and not life.waits_for_signer:
        away = any(known.refused and known.role is Role.LEAD for known in case.people)
        said += ["Mail to the lead comes back, so we write to you."] if away else []
    return " ".join(said)


def _answer(rung: Rung, life: Life) -> Literal["", "yes", "no"]:
    if rung.anchor is not Anchor.ANSWERED:
        return ""
    return "no" if life.extension_declined else "yes"


def _instead(case: Case) -> str:
    """The role that is written to in place of whoever turned a letter away; empty where nobody."""
    away = turned_away(case)
    if not away:
        return ""
    chain = {Role.DEPUTY: Role.LEAD, Role.CONTRACT_MANAGER: Role.SIGNER}
    found = addressee(chain.get(away[0].role, away[0].role), case.people)
    return found.role.value if found else ""


def _role(people: tuple[Reachable, ...], person: int, rung: Rung) -> str:
    held = [p.role for p in people if p.person == person]
    wanted = [role for role in rung.to if role in held]
    return (wanted or held or [Role.LEAD])[0].value


def _standing(life: Life) -> str:
    """How it stands for the reader; what is only unsigned is told apart."""
    if life.waits_for_signer and not life.is_received:
        return "with_signer"
    if life.is_received or life.not_returned_at:
        due = life.first_signed_due
        at = life.first_signed_at
        state = life.state(at) if at and due else State.NOT_RETURNED
        return state.value
    return "in_progress" if life.started else "not_started"


def _due_words(rung: Rung, ref: Ref, life: Life, policy: Policy, calendar: Calendar) -> str:
    match rung.anchor:
        case Anchor.CHECKED:
            day: date | None = ref.dates.reply_ends
        case Anchor.CHALLENGED if life.asked_at:
            day = answer_by(london_date(life.asked_at), ref.dates, policy, calendar)
        case Anchor.DISPUTED:
            first = min(life.disputes[c].at for c in life.open_disputes)
            day = decide_by(london_date(first), policy, calendar)
        case _:
            day = life.due
    return say(day) if day else ""


def on_settled(session: Session, letter: Letter, outcome: Outcome, now: datetime) -> None:
    """A refused address ends a person's turn: the next round writes to whoever is next.

    Where the fault was not the address's, nobody has read what the letter said, and it is owed
    once more: it leaves in a later digest.
    """
    if not isinstance(outcome, Refused):
        return
    lines = [row for row in outbox.lines_of(session, [letter.key])[letter.key] if not row.dropped]
    if not outcome.address_at_fault:
        for row in lines:
            unsent = Unsent(
                rung=row.topic,
                person=letter.to_person,
                letter=letter.key,
                reason="it was turned away undelivered",
                occasion=row.occasion,
            )
            lives.record(session, return_of(row.subject), unsent, now, ENGINE)
        return
    address_refused(session, letter.to_person, now)
    for return_id in sorted({return_of(row.subject) for row in lines}):
        step = RefusedStep(person=letter.to_person, letter=letter.key)
        lives.record(session, return_id, step, now, ENGINE, once=f"refused/{letter.key}")
