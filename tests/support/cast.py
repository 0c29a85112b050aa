"""The four people of every story: one on time, one late, one silent, one at another's door."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Player:
    """A provider lead and the signing director above them, with the one prison they answer for."""

    name: str
    habit: str
    provider: str
    site: str
    signer: str

    @property
    def provider_name(self) -> str:
        """The organisation's name, as a register prints it."""
        return f"{self.name} Health"

    @property
    def site_name(self) -> str:
        """The prison's name, as a register prints it."""
        return f"HMP {self.name}bridge"

    @property
    def email(self) -> str:
        """The lead's address."""
        return f"{self.name.lower()}@{self.name.lower()}.example"

    @property
    def signer_email(self) -> str:
        """The signing director's address."""
        return f"{self.signer.lower()}@{self.name.lower()}.example"


AVON = Player("Avon", "answers on time", "AVON", "AVB", signer="Ada")
BROOK = Player("Brook", "is late", "BROOK", "BRB", signer="Bea")
CLYDE = Player("Clyde", "never answers", "CLYDE", "CLB", signer="Cal")
DEE = Player("Dee", "tries another's door", "DEE", "DEB", signer="Dot")
CAST = (AVON, BROOK, CLYDE, DEE)


def at(london: str) -> datetime:
    """The UTC instant of a London wall-clock time such as '2026-10-29T09:00'."""
    return datetime.fromisoformat(london).replace(tzinfo=LONDON).astimezone(UTC)
