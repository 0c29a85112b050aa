"""What families will read of one answer, drawn by the very template of their own site."""

from dataclasses import dataclass, replace

from markupsafe import Markup
from sqlmodel import Session

from charter.accounts import answer_row
from charter.alarm import likeness
from charter.answers import Answer, ReturnDocument
from charter.commitments import Commitment
from charter.parts import CommitmentRow
from charter.plain_english import KNOWN, advice
from charter.quarters import london_date
from charter.reading import Reader
from charter.steps import Rating
from charter.views import NOT_ADOPTED, Edition, RegionView, ReturnView, SiteView
from notifications.bulletin import promise_card
from portal.doors import Visit
from portal.provider.look import address
from portal.provider.rooms import Room
from providers import cycles, held, lives, register, returns
from providers.partners import speaks_for_families
from providers.returns import Ref


@dataclass(frozen=True)
class Preview:
    """One commitment as the prison's page will show it; no `card` while nothing would be shown.

    `withheld` says why ratings are not shown there now. `held` tells for what
    the words are kept back, such as a date of birth. `sheet` is where the site's styles are.
    """

    card: Markup | None
    withheld: str
    held: str
    not_met: bool
    advice: tuple[str, ...]
    sheet: str


def preview_of(
    session: Session, visit: Visit, room: Room, document: ReturnDocument, commitment: Commitment
) -> Preview:
    """The answer as families read it once the commissioner has confirmed it unchanged."""
    view = view_of(session, visit, room, document)
    reader = Reader([view])
    row = answer_row(replace(view, may_rate=True), commitment.id, reader)
    answer = document.find(commitment.id) or Answer(commitment=commitment.id)
    card = None
    if row is not None:
        whole = CommitmentRow(
            id=commitment.id, short=commitment.short, text=commitment.text, answers=(row,)
        )
        several = len(_on_the_page(session, room.ref)) > 1
        card = promise_card(whole.model_dump(mode="json"), several=several)
    return Preview(
        card=card,
        withheld=view.why_not,
        held=likeness({kind for hold in reader.holds for kind in hold.kinds}),
        not_met=row is not None and row.rating == Rating.NOT_MET.value,
        advice=advice_on(room.ref, answer),
        sheet=address(),
    )


def advice_on(ref: Ref, answer: Answer) -> tuple[str, ...]:
    """How the words that are published could be easier to read; names on the page are known."""
    known = KNOWN.union(ref.party_name.split(), ref.site_name.split())
    published = [answer.public_statement]
    if answer.rating is not Rating.FULLY:
        published.append(answer.reason)
    return advice("\n".join(published), known)


def view_of(
    session: Session, visit: Visit, room: Room, document: ReturnDocument | None
) -> ReturnView:
    """The return as its page would see it, had this been signed, confirmed and published now."""
    ref = room.ref
    cycle = cycles.cycle_of(session, ref.region, str(ref.quarter))
    adopted, policy = cycle.adopted, cycles.policy_of(session, cycle.policy_version)
    may_rate = adopted or not room.charter.is_working
    life = replace(room.life, questions={}, confirmed_at=visit.now)
    return ReturnView(
        return_id=ref.id,
        site=SiteView(
            region=RegionView(
                code=ref.region,
                name=ref.region_name,
                commissioner=register.commissioner(session, ref.region, ref.region_name),
                partner=speaks_for_families(session, ref.region, london_date(visit.now)),
            ),
            code=ref.site,
            name=ref.site_name,
        ),
        party_code=ref.party,
        party_name=ref.party_name,
        served_from=ref.began,
        served_to=None if ref.served_to == ref.quarter.ends else ref.served_to,
        quarter=ref.quarter,
        life=life,
        state=life.state(visit.now),
        charter=room.charter,
        document=document,
        may_rate=may_rate,
        why_not="" if may_rate else NOT_ADOPTED,
        edition=Edition(revision=1, published_on=london_date(visit.now)),
        line=ref.line,
        cleared=held.cleared_before(session, [ref.id]).get(ref.id, frozenset()),
        few=policy.fewest_people if policy.holds_alarm else 0,
        particulars=policy.holds_particulars,
    )


def _on_the_page(session: Session, here: Ref) -> list[Ref]:
    """Every return that is told on the same prison's page."""
    owed = returns.refs(session, region=here.region, quarter=str(here.quarter))
    there = [ref for ref in owed if ref.site == here.site]
    folded = lives.lives(session, [ref.id for ref in there])
    return [ref for ref in there if not folded[ref.id].released]
