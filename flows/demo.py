"""Runs the invented region's story through a Prefect of its own, then serves what came of it."""

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from charter.quarters import Quarter, london_date
from flows.commands.plans import print_plan
from flows.left_behind import InUse, end_left_behind, only_one
from flows.prefect_server import OwnPrefect, PrefectFailed
from flows.sample.acts import Act, FlowCall
from flows.sample.checking import ADMINISTRATOR, APPROVER, COMMISSIONER, PARTNER
from flows.sample.disputing import ARBITER
from flows.sample.founding import REGION
from flows.sample.story import story
from flows.sample.telling import last_moment, settle, tell
from flows.serving import run_portal
from flows.settings import Settings, read_settings
from flows.status import in_words, status
from flows.verifying import verify
from flows.wiring import App, CannotStart, clock_at, prepare, still_clock, wire
from providers import register
from providers.rehearsing import rehearse_cycle

HOST = "127.0.0.1"
DOORS = (
    ("anna.averill@avon.example", "the lead of three of Avon Health's prisons"),
    ("ada.winterbourne@avon.example", "its signing director"),
    (COMMISSIONER, "the commissioner"),
    (APPROVER, "the second person to approve"),
    (PARTNER, "the listening partner"),
    (ADMINISTRATOR, "the administrator, who names the team"),
    (ARBITER, "the arbiter, who decides on disputed ratings from outside"),
)
"""Who may be tried out at the portal, and what each is."""


@dataclass(frozen=True)
class ThroughPrefect:
    """Has each flow run by the worker of our own Prefect."""

    prefect: OwnPrefect

    def run(self, deployment: str, instants: Sequence[datetime]) -> None:
        """Run a deployed flow once, at these moments, and say how long that took."""
        ran = self.prefect.run(deployment, instants)
        print(f"{'':24} Prefect ran {deployment} in {ran.seconds:.1f} seconds.", flush=True)


def run_demo(*, serve: bool, port: int) -> None:
    """Tell the story from wherever the home's record left it, show it, and serve it or end.

    CannotStart or BadSettings where this home or port is not for a demo, before anything is done;
    CannotStart too when Prefect fails on the way, in its own words.
    """
    settings = _settings(port)
    if serve:
        _require_free(port)
    prepare(settings)
    app = wire(settings)
    _require_ours(app)
    try:
        with only_one(settings.home / "demo"):
            end_left_behind(settings.home.absolute() / "prefect")
            _tell_and_show(app, serve=serve, port=port)
    except (InUse, PrefectFailed) as error:
        raise CannotStart(str(error)) from error
    finally:
        app.database.engine.dispose()


def _tell_and_show(app: App, *, serve: bool, port: int) -> None:
    acts = story()
    now = next(place for place, act in enumerate(acts) if isinstance(act.do, FlowCall))
    _say("Sample is an invented region: every prison, provider and person in it is made up.")
    _say("Its two earlier quarters are told while a Prefect server starts beside them.")
    with ThreadPoolExecutor(1) as beside:
        past = beside.submit(tell, app, acts[:now], None, _say)
        with OwnPrefect(app.settings) as prefect:
            past.result()
            _say(f"Prefect's own pages are at {prefect.address} while this runs.")
            ended = _present(app, acts[now:], ThroughPrefect(prefect))
            _show(app, ended)
            if serve:
                _serve(app, ended, port)


def _present(app: App, acts: Sequence[Act], runner: ThroughPrefect) -> datetime:
    tell(app, acts, runner, _say)
    return settle(app, acts[-1].at, runner, _say)


def _settings(port: int) -> Settings:
    settings = read_settings()
    if settings.env == "production":
        raise CannotStart(
            "the demo steps a clock of its own, so it is refused where CHARTER_ENV=production"
        )
    if "base_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"base_url": f"http://{HOST}:{port}"})


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise CannotStart(
                f"port {port} is taken by another program; end it, or choose another with --port"
            ) from None


def _require_ours(app: App) -> None:
    """A record that did not begin with Sample is no place for its story."""
    with app.database.reading() as session:
        known = [region.code for region in register.regions(session)]
    if last_moment(app) is not None and REGION not in known:
        raise CannotStart(
            f"the home {app.home} holds a record of its own; "
            "set CHARTER_HOME to an empty folder for the demo"
        )


def _show(app: App, ended: datetime) -> None:
    """What the real register would do next, and what stands where."""
    then = replace(app, clock=still_clock(ended))
    _rehearse(then)
    with app.database.reading() as session:
        standing = status(session, ended)
    checked = verify(app.database, app.home)
    print()
    print("\n".join(in_words(standing)))
    print("\n".join(checked.in_words()))
    if checked.wrong:
        raise CannotStart("the record of the demo does not verify; see above")
    site = (app.home / "site" / "index.html").absolute()
    print(f"Families' site: {site}")
    print(f"Letters, one file each: {(app.home / 'mail').absolute()}", flush=True)


def _rehearse(app: App) -> None:
    """Every letter of the real register's next quarter, none of which is sent."""
    quarter = Quarter.containing(london_date(app.clock()))
    with app.database.reading() as session:
        real = [region.code for region in register.regions(session) if not region.sample]
        plans = [rehearse_cycle(session, code, quarter, app.calendar) for code in real]
    for plan in plans:
        print(f"\nRehearsal only, nothing is sent. The real register of {plan.region_name}:")
        print_plan(plan)


def _serve(app: App, ended: datetime, port: int) -> None:
    print("To look around, ask for a sign-in link; it comes as a file among the letters. Try:")
    for email, who in DOORS:
        print(f"  {email}: {who}")
    with suppress(KeyboardInterrupt):
        run_portal(replace(app, clock=clock_at(ended)), HOST, port)


def _say(sentence: str) -> None:
    print(sentence, flush=True)
