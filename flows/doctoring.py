"""Examines an installation: each thing it needs, how it was found, and the mend."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from charter.quarters import BeyondHorizon, Quarter, london_date, say
from flows.checkpoints import notary_of
from flows.scanning import cabinet_of
from flows.settings import Settings
from flows.wiring import App, clock_at, still_clock, wire
from notifications import outbox
from notifications.channels.base import ChannelDown
from notifications.channels.mailboxes import Mailbox, MailboxDown
from notifications.channels.smtp import SmtpChannel
from notifications.outbox import LetterState
from providers import calendars, cycles, ledger, publications
from providers.evidence import waiting
from providers.register import gaps, regions
from providers.scanners import NullScanner


@dataclass(frozen=True)
class Check:
    """One thing examined; `finding` says how it is, and the mend when it is not well."""

    name: str
    well: bool
    finding: str


def examine(settings: Settings, moment: datetime | None) -> list[Check]:
    """Every check in order; those that need the database are left out when it will not open."""
    try:
        app = wire(settings, still_clock(moment) if moment else clock_at(None))
    except (RuntimeError, ValueError) as error:
        return [Check("start", False, str(error))]
    return [
        Check("home", True, f"{settings.home} can be written"),
        Check("database", True, f"{app.database.engine.dialect.name}, at this release's revision"),
        _ledger(app),
        _checkpoints(app),
        _calendar(app),
        _post(app),
        *_mailboxes(app),
        _letters(app),
        _scanner(app),
        *_register(app),
    ]


def _ledger(app: App) -> Check:
    with app.database.reading() as session:
        wrong = ledger.verify(session)
        entries, _ = ledger.head(session)
    return Check("ledger", not wrong, wrong or f"{entries} entries hold")


def _checkpoints(app: App) -> Check:
    """The ledger extends every checkpoint, and the bulletin that stands has one."""
    notary = notary_of(app.settings, app.home)
    with app.database.reading() as session:
        wrong = notary.wrong(session)
        newest = publications.newest(session)
        sealed = publications.sealed(session, newest)[0] if newest and not wrong else 0
    if wrong:
        return Check("checkpoints", False, f"{wrong}; see: charter verify")
    if notary.too_open:
        return Check("checkpoints", False, notary.too_open)
    if sealed > max((one.entries for one in notary.all()), default=0):
        return Check("checkpoints", False, "the newest bulletin has none; run: charter publish")
    return Check("checkpoints", True, " ".join(notary.in_words()))


def _calendar(app: App) -> Check:
    """The holidays must reach to the end of what is open, and of the next cycle's ladder."""
    today = london_date(app.clock())
    quarter = Quarter.containing(today)
    known = f"bank holidays are known to {say(app.calendar.horizon)}"
    with app.database.reading() as session:
        homes = regions(session)
        policies = [cycles.policy_of(session, home.policy_version) for home in homes]
        short = calendars.too_short(session, app.calendar, today)
    try:
        for policy in policies:
            policy.dates(quarter, app.calendar)
    except BeyondHorizon as error:
        short = str(error)
    if short:
        return Check("calendar", False, f"escalation will halt: {short}; see: charter calendar")
    return Check("calendar", True, known)


def _post(app: App) -> Check:
    channel = app.post.letters.channel
    where = f"letters leave by {channel.name}"
    try:
        with channel.open():
            return Check("post", True, where)
    except ChannelDown as down:
        return Check("post", False, f"{where}, but {down}; letters wait until it is back")


def _mailboxes(app: App) -> Iterator[Check]:
    """The journal, and the mailbox that letters come back to, where the settings name them."""
    channel = app.post.letters.channel
    if isinstance(channel, SmtpChannel) and channel.journal:
        waits = "letters in doubt wait until it can be read"
        yield _mailbox("journal", channel.journal.mailbox, waits)
    if app.post.bounces:
        waits = "they wait there until it can be read"
        yield _mailbox("returned letters", app.post.bounces, waits)


def _mailbox(name: str, mailbox: Mailbox, waits: str) -> Check:
    try:
        with mailbox.open():
            return Check(name, True, f"{mailbox.where} can be read")
    except MailboxDown as down:
        return Check(name, False, f"{down}; {waits}")


def _letters(app: App) -> Check:
    with app.database.reading() as session:
        counts = outbox.counts(session)
    doubtful = counts.get(LetterState.IN_DOUBT, 0)
    if doubtful:
        return Check(
            "letters", False, f"{doubtful} in doubt; find out, then: charter letters settle"
        )
    return Check("letters", True, f"{counts.get(LetterState.QUEUED, 0)} waiting, none in doubt")


def _scanner(app: App) -> Check:
    """A service without a scanner works, and says so; one that is set up must answer."""
    scanner = cabinet_of(app).scanner
    with app.database.reading() as session:
        many = waiting(session)
    left = f"{many} file{'' if many == 1 else 's'} of evidence waiting"
    if isinstance(scanner, NullScanner):
        return Check("scanner", True, f"none set up: files open unscanned, and say so; {left}")
    if why := scanner.reachable():
        return Check("scanner", False, f"{scanner.name} does not answer ({why}); {left} for it")
    return Check("scanner", True, f"{scanner.name} answers; {left}")


def _register(app: App) -> list[Check]:
    with app.database.reading() as session:
        homes = regions(session)
        missing = {
            home.code: [g.what for g in gaps(session, home.code, london_date(app.clock()))]
            for home in homes
        }
    if not homes:
        return [Check("register", False, "no region yet; run: charter register import")]
    return [
        Check(
            f"register of {home.name}",
            not missing[home.code],
            f"{len(missing[home.code])} gaps: " + "; ".join(missing[home.code])
            if missing[home.code]
            else ("paused" if home.paused else "running, every prison has a provider"),
        )
        for home in homes
    ]
