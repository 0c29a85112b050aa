"""How often anyone may knock: counted per address asked for, per browser and per caller."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from portal.keys import knock_hash
from providers import knocks
from providers.database import Database


@dataclass(frozen=True)
class Limit:
    """So many times in each window of this length."""

    times: int
    per: timedelta


LINKS_PER_ADDRESS = Limit(5, timedelta(minutes=10))
LINKS_PER_CALLER = Limit(60, timedelta(minutes=10))
CODES_PER_BROWSER = Limit(10, timedelta(minutes=10))
SPENDS_PER_CALLER = Limit(120, timedelta(minutes=10))
FILES_PER_PERSON = Limit(60, timedelta(minutes=10))
"""Files given as evidence: what one takes out again lies on the disk until the next sweep."""
SECONDS_PER_PERSON = Limit(5, timedelta(minutes=10))
SECONDS_PER_DAY = Limit(30, timedelta(days=1))
"""Codes of a second factor that are looked at: a guess is right three times in a million."""
CALLS_PER_TOKEN = Limit(120, timedelta(minutes=1))


@dataclass(frozen=True)
class Limits:
    """Counters in the database, shared by every process; they hold keyed hashes of who knocks."""

    database: Database
    key: str

    def allow(self, limit: Limit, purpose: str, who: str, now: datetime) -> bool:
        """Count one knock, and say whether it is still within the limit.

        Who is over the limit already is not counted further: a flood of knocks only reads.
        """
        name, since = knock_hash(self.key, purpose, who), knocks.window(now, limit.per)
        with self.database.reading() as session:
            if knocks.count(session, purpose, name, since) >= limit.times:
                return False
        with self.database.writing() as session:
            return knocks.knock(session, purpose, name, since) <= limit.times


def caller(request: Request) -> str:
    """The network address a request comes from, as the server in front of us gives it."""
    return request.client.host if request.client else "unknown"
