"""How often anyone may knock: counted per address asked for, per browser and per caller."""

from dataclasses import dataclass, field

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request

from portal.keys import hash_of

LINKS_PER_ADDRESS = parse("5 per 10 minutes")
LINKS_PER_CALLER = parse("60 per 10 minutes")
CODES_PER_BROWSER = parse("10 per 10 minutes")
SPENDS_PER_CALLER = parse("120 per 10 minutes")


@dataclass
class Limits:
    """Counters of this process; they hold hashes of addresses, never the addresses."""

    _limiter: FixedWindowRateLimiter = field(
        default_factory=lambda: FixedWindowRateLimiter(MemoryStorage())
    )

    def allow(self, limit: RateLimitItem, purpose: str, who: str) -> bool:
        """Count one knock, and say whether it is still within the limit."""
        return self._limiter.hit(limit, purpose, hash_of(who))


def caller(request: Request) -> str:
    """The network address a request comes from, as the server in front of us gives it."""
    return request.client.host if request.client else "unknown"
