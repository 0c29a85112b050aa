"""Alerts to the people who run the service, through Apprise and a short list of schemas."""

import re
import warnings
from collections.abc import Sequence

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.manager_plugins import NotificationManager

ALLOWED = ("mailto", "mailtos", "msteams", "slack")
"""Services that carry words to people; nothing that calls a URL of somebody's choosing."""

_SCHEMA = re.compile(r"\s*([a-z]{2,20})://", re.IGNORECASE)


class StaffAlerts:
    """Tells staff what happened; the URLs come from the settings and never leave this object."""

    def __init__(self, urls: Sequence[str]) -> None:
        """Refuses, with a ValueError that repeats no secret, whatever is not on the list."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Apprise's own, as it loads
            NotificationManager().enable_only(*ALLOWED)  # type: ignore[no-untyped-call]
        self._apprise = Apprise(asset=AppriseAsset(async_mode=False, secure_logging=True))
        for place, url in enumerate(urls, start=1):
            self._add(place, url)

    def __repr__(self) -> str:
        return f"StaffAlerts({len(self._apprise)} places)"

    def _add(self, place: int, url: str) -> None:
        found = _SCHEMA.match(url)
        schema = found[1].lower() if found else ""
        where = f"CHARTER_STAFF_ALERT_URLS, address {place}"
        if schema not in ALLOWED:
            said = f"'{schema}' is not allowed" if schema else "this is no address"
            raise ValueError(f"{where}: {said}; use one of {', '.join(ALLOWED)}")
        if not self._apprise.add(url.strip()):
            raise ValueError(f"{where}: Apprise cannot read this {schema} address")

    @property
    def places(self) -> int:
        """How many places are told; none means that staff alerts are off."""
        return len(self._apprise)

    def tell(self, title: str, body: str) -> bool:
        """True when every place took the alert; False when one did not, or there is none."""
        if not self.places:
            return False
        told = self._apprise.notify(
            body=body, title=" ".join(title.split()), body_format=NotifyFormat.TEXT
        )
        return bool(told)
