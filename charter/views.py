"""What the public pages are made from: one return with its people's names left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from charter.actions import Promise
from charter.alarm import looked_for, words_in
from charter.answers import ReturnDocument
from charter.beside import NOTHING, Beside
from charter.commitments import CharterFile
from charter.disclosure import Finding
from charter.parts import Source
from charter.quarters import Quarter
from charter.returns import Life, State
from charter.review import Judged
from charter.said import Said
from charter.scoring import Receipt

REGION = "REGION"
"""The site code under which a commissioner answers for its whole region."""

NOT_ADOPTED = Said(
    "Ratings are not shown, because this region has not adopted this working wording."
)
"""What a page says in the place of ratings, where that is so."""


@dataclass(frozen=True)
class RegionView:
    """A region as families know it: who commissions its healthcare, and who speaks for families.

    `partner` is an organisation, `the listening partner`, or empty where none is commissioned.
    """

    code: str
    name: str
    commissioner: str
    partner: str = ""
    sample: bool = False


@dataclass(frozen=True)
class SiteView:
    """A prison with the numbers to ring; with code REGION, the region itself."""

    region: RegionView
    code: str
    name: str
    switchboard: str = ""
    safer_custody: str = ""
    family_line: str = ""
    link_worker: str = ""
    numbers_checked: date | None = None

    @property
    def is_region(self) -> bool:
        """Whether this stands for the commissioner's own return."""
        return self.code == REGION


@dataclass(frozen=True)
class FamilyRequestView:
    """What families asked of one party; `answer` and `words` are what an earlier quarter replied.

    A reply in the return itself goes before them. `answer_due` is the quarter that owes the reply.
    `mark` is how the listening partner marked that earlier reply. A `recommendation` is the
    partner's own.
    """

    id: str
    text: str
    commitment: str
    source: str
    heard_on: date
    answer: Literal["accepted", "partly", "declined"] | None = None
    words: str = ""
    answer_due: Quarter | None = None
    mark: Judged | None = None
    recommendation: bool = False


@dataclass(frozen=True)
class Edition:
    """A publication of one return: revision 1 is the first, later ones carry their reason.

    `first` is the London date of the first, where this is a later one.
    """

    revision: int
    published_on: date
    because: str = ""
    first: date | None = None


@dataclass(frozen=True)
class Withdrawal:
    """A published page taken down: since which London date, and why, as families read it."""

    on: date
    because: str


@dataclass(frozen=True)
class NextUpdate:
    """When the quarter after the newest one is due and published."""

    quarter: Quarter
    due: date
    publishes: date


@dataclass(frozen=True)
class ReturnView:
    """A return with all that its public words rest on.

    `state` is the state at the time of publication. `edition` is None while publication is not
    approved: then only plain facts are told, and `waits_for` names the organisations missing.
    `may_rate` is False where the wording is not adopted or the party has not signed; `why_not`
    then says so in a sentence. A person has `cleared` the held texts of these SHA-256s; counts of
    people under `few` are held, with possible names and deaths, and nothing but numbers where it is
    nought; what `particulars` tell of somebody as well. While it is `quiet`, ratings and narratives
    stand behind one neutral sentence. `step` is the ledger entry of its newest step. `practices`
    names, by id, the good practice of other prisons that its promises take up; `beside` is what
    else is told of its prison and quarter.
    """

    return_id: int
    site: SiteView
    party_code: str
    party_name: str
    served_from: date
    served_to: date | None
    quarter: Quarter
    life: Life
    state: State
    charter: CharterFile
    document: ReturnDocument | None = None
    receipt: Receipt | None = None
    promises: tuple[Promise, ...] = ()
    requests: tuple[FamilyRequestView, ...] = ()
    may_rate: bool = True
    why_not: str = ""
    first_update: bool = False
    edition: Edition | None = None
    waits_for: tuple[str, ...] = ()
    line: str = ""
    cleared: frozenset[str] = frozenset()
    few: int = 0
    particulars: bool = True
    quiet: bool = False
    withdrawal: Withdrawal | None = None
    step: int = 0
    practices: Mapping[str, str] = field(default_factory=dict)
    beside: Beside = NOTHING

    @property
    def who(self) -> str:
        """The organisation, with its service line where it has one."""
        return f"{self.party_name} ({self.line})" if self.line else self.party_name

    @property
    def names(self) -> frozenset[str]:
        """Words that name the place and the organisations of this return, and so nobody."""
        site, region = self.site, self.site.region
        organisations = (region.commissioner, region.partner, self.party_name)
        return words_in(site.name, region.name, *organisations, self.line)

    def looked_for(self, text: str) -> tuple[Finding, ...]:
        """What a person must look at in a text before it stands on this return's page."""
        return looked_for(text, self.names, self.few, particulars=self.particulars)

    @property
    def commissioner(self) -> str:
        """The organisation that checks this return."""
        return self.site.region.commissioner

    @property
    def source(self) -> Source:
        """What every fact of this return rests on."""
        receipt = self.life.receipt if self.receipt else ""
        return Source(
            return_id=self.return_id,
            document=self.life.document,
            receipt=receipt,
            step=self.step,
        )
