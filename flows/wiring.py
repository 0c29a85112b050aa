"""Puts the parts together: settings, clock, database, post office and calendar; the only clock."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from charter.commitments import read_charter
from charter.holidays import read_holidays
from charter.policy import read_policy
from charter.quarters import LONDON, Calendar
from flows import correspondence
from flows.post import Post
from flows.settings import BadSettings, Settings, read_settings
from notifications.channels import channel_for
from notifications.channels.journal import read_journal
from notifications.channels.mailboxes import read_mailbox
from notifications.delivery import PostOffice
from providers import calendars, cycles, ledger, lives, promise_standings
from providers.database import Database, is_behind, open_engine, require_current, upgrade

SHIPPED_CHARTERS = ("charter-working-0.1.toml", "charter-working-0.2.toml")
SHIPPED_POLICIES = (
    "policy-2026.1.toml",
    "policy-2026.2.toml",
    "policy-2026.3.toml",
    "policy-2026.4.toml",
)
Clock = Callable[[], datetime]
FIRST_YEAR, LAST_YEAR = 2000, 2100


class CannotStart(RuntimeError):
    """The service cannot run as it is set up; the message says what to mend."""


class TimeRefused(ValueError):
    """`--now` was given where it may not be, or lies before the record's last step."""


@dataclass(frozen=True)
class App:
    """Everything a flow or command needs, wired from the settings."""

    settings: Settings
    clock: Clock
    database: Database
    post: Post
    calendar: Calendar

    @property
    def home(self) -> Path:
        """Where this installation keeps its files."""
        return self.settings.home


def clock_at(start: datetime | None) -> Clock:
    """The wall clock; or one that stood at `start` when it was made and has ticked on since."""
    if start is None:
        return lambda: datetime.now(UTC)
    made = datetime.now(UTC)
    return lambda: start + (datetime.now(UTC) - made)


def still_clock(moment: datetime) -> Clock:
    """A clock that stands at one moment, for a command that acts as if it were then."""
    return lambda: moment


def parse_now(text: str) -> datetime:
    """An instant from `--now`: London time when no offset is given."""
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = datetime.max.replace(tzinfo=UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise TimeRefused(f"--now '{text}' is no time; write it as 2026-10-29T09:00")
    return moment


def wire(settings: Settings | None = None, clock: Clock | None = None) -> App:
    """The service as the settings describe it; CannotStart or WrongRevision say why not."""
    settings = settings or read_settings()
    home = writable(settings.home)
    engine = open_engine(settings.database)
    require_current(engine)
    return assemble(settings, clock or clock_at(None), Database(engine), home)


def assemble(settings: Settings, clock: Clock, database: Database, home: Path) -> App:
    """The parts around an open database."""
    with database.reading() as session:
        calendar = calendars.in_force(session, shipped_calendar())
    try:
        journal = read_journal(settings.journal_url.get_secret_value(), settings.journal_address)
        channel = channel_for(
            settings.mail_url.get_secret_value(),
            home / "mail",
            journal,
            bounce_address=settings.bounce_address,
            clock=clock_at(None),
        )
        bounce_url = settings.bounce_url.get_secret_value()
        bounces = read_mailbox("CHARTER_BOUNCE_URL", bounce_url) if bounce_url.strip() else None
    except ValueError as error:
        raise BadSettings(str(error)) from error
    office = PostOffice(
        channel=channel,
        sender=settings.mail_from,
        compose=correspondence.composer(calendar, settings.base_url, settings.families_site),
        settled=correspondence.on_settled,
    )
    post = Post(office, home, settings, calendar, staff_alert(settings), bounces)
    return App(settings, clock, database, post, calendar)


def staff_alert(settings: Settings) -> Callable[[str, str], bool]:
    """How staff are told something; BadSettings for an address that is not on the short list."""
    urls = settings.staff_alert_urls.get_secret_value().replace(",", " ").split()
    if not urls:
        return lambda _title, _body: False
    from notifications.channels.staff import StaffAlerts  # Apprise takes a while to load

    try:
        return StaffAlerts(urls).tell
    except ValueError as error:
        raise BadSettings(str(error)) from None


def prepare(settings: Settings) -> None:
    """Bring the database to this release's schema and put the shipped rules on record."""
    writable(settings.home)
    engine = open_engine(settings.database)
    if is_behind(engine):
        upgrade(engine)
    require_current(engine)
    database = Database(engine)
    keep_shipped_rules(database)
    fill_standings(database)
    engine.dispose()


def policy_shipped() -> str:
    """The version of the newest policy that comes with the product: a new region follows it."""
    return read_policy(shipped(SHIPPED_POLICIES[-1])).version


def keep_shipped_rules(database: Database) -> None:
    """Put the Charter versions and the policies that come with the product on record."""
    charters = [shipped(name) for name in SHIPPED_CHARTERS]
    policies = [shipped(name) for name in SHIPPED_POLICIES]
    with database.writing() as session:
        for charter in charters:
            cycles.keep_rulebook(session, "charter", read_charter(charter).version, charter)
        for policy in policies:
            cycles.keep_rulebook(session, "policy", read_policy(policy).version, policy)


def fill_standings(database: Database) -> None:
    """Keep how each return and promise stands that an older release left without, by batches."""
    with database.reading() as session:
        missing = lives.lack_standings(session) or bool(promise_standings.lacking(session, 1))
    while missing:
        with database.writing() as session:
            missing = bool(lives.fill_standings(session) + promise_standings.fill(session))


def writable(home: Path) -> Path:
    """The home folder, made if need be; CannotStart if nothing can be written there."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise CannotStart(
            f"cannot write in the home folder {home} ({reason}); "
            "set CHARTER_HOME to a folder this user may write in"
        ) from None


def shipped(name: str) -> str:
    """A data file that comes with the product, as text."""
    return resources.files("providers").joinpath("data", name).read_text(encoding="utf-8")


def shipped_calendar() -> Calendar:
    """The bank holidays that come with the product."""
    return read_holidays(shipped("bank-holidays-england-and-wales.json"))


def require_not_before_last_step(app: App) -> None:
    """Refuse to write as of a time before the record's last entry."""
    with app.database.reading() as session:
        last = ledger.last_at(session)
    now = app.clock()
    if last is not None and now < last - timedelta(seconds=1):
        raise TimeRefused(
            f"it cannot be {now.astimezone(LONDON):%d %B %Y %H:%M}: the record's last step was "
            f"taken on {last.astimezone(LONDON):%d %B %Y at %H:%M} (London). "
            "Give a --now no earlier than that"
        )
