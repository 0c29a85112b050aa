"""What families asked, as each return's page tells it, with what was published in reply."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from charter.document import ReturnDocument
from charter.faithful import mark_of
from charter.quarters import Quarter, london_date
from charter.returns import Life
from charter.review import Judged
from charter.views import FamilyRequestView
from providers.requests import Asked
from providers.returns import Ref

Answered = dict[tuple[int, str], list[tuple[Quarter, str, str, Judged | None]]]


def published_answers(
    refs: list[Ref],
    today: Mapping[int, Life],
    then: Mapping[int, Life],
    documents: Mapping[str, ReturnDocument],
) -> Answered:
    """What each service's published returns replied to each request, by quarter, with its mark."""
    found: Answered = defaultdict(list)
    for ref in refs:
        down = today[ref.id].withdrawn_at is not None
        document = None if down else documents.get(then[ref.id].document)
        for reply in document.replies if document else ():
            if reply.answer:
                mark = mark_of(then[ref.id], reply)
                found[ref.service_id, reply.request].append(
                    (ref.quarter, reply.answer, reply.words, mark)
                )
    return found


def requests_of(
    ref: Ref, asked: list[Asked], answers: Answered, now: datetime
) -> tuple[FamilyRequestView, ...]:
    """What families asked of a return's service, with what an earlier quarter replied."""
    found = []
    for one in asked:
        if one.party != ref.party or one.site not in ("", ref.site):
            continue
        if one.heard_on > min(ref.dates.due, london_date(now)):
            continue
        earlier = [a for a in answers[ref.service_id, one.id] if a[0] < ref.quarter]
        _, answer, words, mark = max(
            earlier, key=lambda one: one[0], default=(None, None, "", None)
        )
        later = one.heard_on > ref.dates.requests_close
        found.append(
            FamilyRequestView(
                id=one.id,
                text=one.text,
                commitment=one.commitment,
                source=one.source,
                heard_on=one.heard_on,
                answer=answer,  # type: ignore[arg-type]
                words=words,
                answer_due=ref.quarter.next() if later else None,
                recommendation=one.kind == "recommendation",
                mark=mark,
            )
        )
    return tuple(found)
