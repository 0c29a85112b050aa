"""A small programme in a test's own database: the invented region, its people, and its days."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from charter.document import PersonNamed, ReturnDocument
from charter.steps import Rating
from flows import wiring
from flows.chasing import chase_returns
from flows.delivering import deliver_letters
from flows.opening import request_returns
from flows.post import Post
from flows.publishing import Bulletin, publish_summary
from flows.scoring import score_returns
from flows.settings import Settings
from notifications import outbox
from notifications.delivery import Delivered
from providers import answering, cycles, register, returns, staff
from providers.database import Database
from providers.returns import Ref
from tests.support.cast import at

QUARTER = "2026-27-Q2"
COMMISSIONER = "cora.checker@sample-commissioning.example"
APPROVER = "ann.approver@sample-commissioning.example"
PARTNER = "lena.fairweather@listening-partner.example"
BEGAN = "2026-09-01T09:00"

HEADER = (
    "region,site_code,site_name,provider_code,provider_name,party,service_role,service_from,"
    "service_to,contact_name,contact_email,contact_role"
)
SERVICES = (
    ("AVON", "AVB", "Avonbridge", ("avon:lead", "ada:signer")),
    ("AVON", "AVC", "Avonchurch", ("avon:lead", "ada:signer")),
    ("BROOK", "BRB", "Brookbridge", ("brook:lead", "bob:deputy", "bea:signer")),
    ("CLYDE", "CLB", "Clydebridge", ("clyde:lead", "cal:signer")),
)
SMALL = "\n".join(
    [
        HEADER,
        *(
            f"Sample,{site},HMP {prison},{code},{code.title()} Health,provider,prime,2024-04-01,,"
            f"{name.title()},{name}@{code.lower()}.example,{role}"
            for code, site, prison, people in SERVICES
            for name, role in (one.split(":") for one in people)
        ),
        "",
    ]
)
SIGNERS = {
    "AVON": ("avon@avon.example", "ada@avon.example"),
    "BROOK": ("brook@brook.example", "bea@brook.example"),
    "CLYDE": ("clyde@clyde.example", "cal@clyde.example"),
    "DEE": ("dee@dee.example", "dot@dee.example"),
}


@dataclass
class Programme:
    """The plain functions of the flows over one database, with London times as text."""

    database: Database
    home: Path
    began: str = BEGAN
    settings: Settings = field(init=False)
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.home)
        self.home.mkdir(parents=True, exist_ok=True)
        app = wiring.assemble(self.settings, lambda: at(self.began), self.database, self.home)
        self.post = app.post
        self.app = app

    def begin(self, register_text: str = SMALL, *, adopt: bool = True) -> "Programme":
        """Import the register, add the team, adopt the working wording."""
        now = at(self.began)
        wiring.keep_shipped_rules(self.database)
        with self.database.writing() as session:
            read = register.check(register_text.encode(), "small.csv")
            policy = cycles.newest(session, "policy")
            register.import_register(session, read, now, "operator", policy_version=policy)
            for email, role in (
                (COMMISSIONER, "commissioner"),
                (APPROVER, "approver"),
                (PARTNER, "listening_partner"),
            ):
                staff.add(
                    session,
                    now,
                    "operator",
                    region_code="sample",
                    email=email,
                    role=role,
                    name=role,
                )
            if adopt:
                cycles.adopt(session, "sample", "working-0.1", now, "operator")
            # One salt in every programme, so that two of them call a letter by the same key.
            session.connection().execute(text("UPDATE region SET salt = 'the same'"))
        return self

    def open(self, when: str) -> None:
        """Run `request_returns`."""
        request_returns(self.database, at(when), self.post)

    def chase(self, when: str) -> None:
        """Run `chase_returns`."""
        chase_returns(self.database, at(when), self.post)

    def deliver(self, when: str) -> Delivered:
        """Run `deliver_letters`."""
        return deliver_letters(self.database, at(when), self.post)

    def score(self, when: str) -> None:
        """Run `score_returns`."""
        score_returns(self.database, at(when), self.post)

    def publish(self, when: str) -> Bulletin:
        """Run `publish_summary`."""
        return publish_summary(self.database, at(when), self.post)

    def day(self, day: str) -> None:
        """A working day: open and chase at nine, deliver at ten."""
        self.open(f"{day}T09:00")
        self.deliver(f"{day}T10:00")

    def person(self, email: str) -> int:
        """The number of the person with that address."""
        with self.database.reading() as session:
            found = register.person_by_email(session, email)
        assert found is not None, email
        return found.person_id

    def key(self, email: str, day: str) -> str:
        """The key of the letter to somebody on a day; one that nothing has if there was none."""
        beginning = f"sample-p{self.person(email)}-{day}"
        with self.database.reading() as session:
            keys = [letter.key for letter in outbox.listing(session)]
        return next((key for key in keys if key.startswith(f"{beginning}-")), beginning)

    def ref(self, provider: str, site: str, quarter: str = QUARTER) -> Ref:
        """The return a provider owes for a prison."""
        with self.database.reading() as session:
            return returns.find(session, provider, site, quarter)

    def filled(self, here: Ref, rating: Rating = Rating.FULLY) -> ReturnDocument:
        """A complete document, every commitment with one rating and words of its own."""
        with self.database.reading() as session:
            blank = returns.template(session, here)
        preparer, signer = SIGNERS[here.party]
        return blank.model_copy(
            update={
                "answers": tuple(
                    answer.model_copy(
                        update={
                            "rating": rating,
                            "reason": "" if rating is Rating.FULLY else "We are short of staff.",
                            "narrative": "We hold a clinic on Mondays.",
                            "public_statement": f"We do this at {here.site_name} on Mondays.",
                            "confirmed": True,
                        }
                    )
                    for answer in blank.answers
                ),
                "prepared_by": PersonNamed(name="P", email=preparer),
                "signed_by": PersonNamed(name="S", email=signer, role="Director"),
            }
        )

    def submit(self, provider: str, site: str, when: str, rating: Rating = Rating.FULLY) -> None:
        """Hand in and sign a return for the quarter."""
        here = self.ref(provider, site)
        document = self.filled(here, rating)
        with self.database.writing() as session:
            answering.submit(session, here, document, at(when))

    def moment(self, when: str) -> datetime:
        """A London time as an instant."""
        return at(when)
