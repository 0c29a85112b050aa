"""Tells for a whole region what few families asked for, as it stood when its page first came out.

What stands there never changes by a prison's later step, which the prison's own page would date.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session

from charter.beside import FewReplyView, FewView
from charter.faithful import mark_of
from charter.few import FEWEST_PRISONS
from charter.folding import fold
from charter.quarters import Quarter, london_date
from charter.steps import Published
from charter.suppression import may_name_prison
from flows.editions import until_published
from providers import few_asked, lives, returns
from providers.few_asked import Counted
from providers.returns import Ref

YEAR = 4
"""Quarters for which a request stands there after the one in which it was heard, and that one."""


class ByRegion:
    """What families asked for in one region where their number is known, read once."""

    def __init__(self, session: Session, region: str) -> None:
        self.session, self.region = session, region
        self.counted = few_asked.counted(session, region)
        self.places = (
            few_asked.names_of_places(session, region) if self.counted else frozenset[str]()
        )
        self._told: dict[tuple[int, datetime], tuple[FewView, ...]] = {}

    def few(self, threshold: int) -> frozenset[str]:
        """The ids of what fewer families than the threshold asked for."""
        return frozenset(one.id for one in self._few(threshold))

    def _few(self, threshold: int) -> list[Counted]:
        return [one for one in self.counted if not may_name_prison(one.families, threshold)]

    def told(self, here: Ref, threshold: int, until: datetime) -> tuple[FewView, ...]:
        """What the commissioner's page `here` tells of it; nothing where few prisons are out.

        It is as it was when that page first came out, or `until` then while it has not.
        """
        few = self._few(threshold)
        if not few:
            return ()
        moment = self._first_out(here) or until
        if (here.id, moment) not in self._told:
            self._told[here.id, moment] = tuple(self._views(here, few, moment))
        return self._told[here.id, moment]

    def _first_out(self, here: Ref) -> datetime | None:
        steps = lives.history(self.session, here.id)
        return next((one.at for one in steps if isinstance(one.step, Published)), None)

    def _views(self, here: Ref, few: Iterable[Counted], moment: datetime) -> Iterator[FewView]:
        last = min(here.dates.due, london_date(moment))
        first = here.quarter
        for _ in range(YEAR - 1):
            first = first.previous()
        told = [
            one for one in few if one.entered_at <= moment and first.starts <= one.heard_on <= last
        ]
        if not told:
            return
        out, silent = few_asked.prisons(self.session, here.cycle_id, moment)
        if out < FEWEST_PRISONS:
            return
        replies = self._replies(here.quarter, told, moment)
        for one in told:
            if not (one.passed_on or replies[one.id]) and 0 < silent < FEWEST_PRISONS:
                continue  # who answers at all has replied: it could only be one of the silent
            yield FewView(
                key=one.key,
                commitment=one.commitment,
                text=one.text,
                heard=Quarter.containing(one.heard_on),
                replies=replies[one.id],
                passed_on=one.passed_on,
                recommendation=one.recommendation,
            )

    def _replies(
        self, quarter: Quarter, told: list[Counted], moment: datetime
    ) -> dict[str, tuple[FewReplyView, ...]]:
        """What was published in reply by then, the same words once.

        Replies of a quarter of which anything is taken down now are left out, every one of them:
        one that went missing alone would tell whose it was.
        """
        parties = {one.party for one in told if one.party}
        down = few_asked.taken_down(self.session, self.region)
        refs = [
            ref
            for party in sorted(parties)
            for ref in returns.refs(self.session, region=self.region, party=party)
            if ref.quarter <= quarter and str(ref.quarter) not in down
        ]
        happened = lives.histories(self.session, [ref.id for ref in refs])
        then = {
            ref.id: fold(until_published([h for h in happened[ref.id] if h.at <= moment]))
            for ref in refs
        }
        texts = returns.signed_documents(
            self.session, {ref.id: then[ref.id].document for ref in refs}
        )
        wanted = {one.id: one for one in told}
        newest: dict[tuple[str, int], FewReplyView] = {}
        for ref in refs:  # by quarter, so that the newest reply of a service stands
            for reply in texts[ref.id].replies if ref.id in texts else ():
                one = wanted.get(reply.request)
                if one and reply.answer and one.site in ("", ref.site):
                    mark = mark_of(then[ref.id], reply)
                    newest[one.id, ref.service_id] = FewReplyView(
                        answer=reply.answer,
                        words=reply.words,
                        faithful=mark.faithful if mark else None,
                        faithful_words=mark.reason if mark else "",
                    )
        return {
            one: tuple(dict.fromkeys(r for (of, _), r in newest.items() if of == one))
            for one in wanted
        }
