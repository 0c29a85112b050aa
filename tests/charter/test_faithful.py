"""Each reply is told with its own mark, in the partner's words, and silence reads *not checked*."""

import json

import pytest

from charter.answers import RequestReply
from charter.faithful import RIGHT_OF_REPLY, fingerprint, markings, reasons
from charter.ledger import digest
from charter.quarters import at
from charter.review import Judged
from charter.steps import Replied
from charter.summary import prison_page
from charter.words import FAITHFUL_WORDS
from tests.support.returned import ALDER, NEXT, PUBLISHED, asked, document, life, signed, view

PUBLISHED_AT = at(PUBLISHED, 9)
YES = RequestReply(request="R1", answer="accepted", words="Yes.")
NO = RequestReply(request="R2", answer="declined", words="No.")
HELPFUL = "Families meant evenings."


def page_of(*views):
    return prison_page(ALDER, views, NEXT)


def told(page):
    return json.dumps(page.model_dump(mode="json"), ensure_ascii=False)


def marked(reply, faithful, reason=""):
    about, seal = reply.request, fingerprint(reply)
    return PUBLISHED_AT, Judged(faithful=faithful, reason=reason, about=about, reply=seal)


def marks_told(*steps, replies=(YES, NO)):
    """Of each reply, how it is marked in public, and why."""
    doc = document(replies=replies)
    both = (asked(1, "Answer."), asked(2, "Open later."))
    page = page_of(view(doc=doc, how=life(signed(doc), *steps), requests=both))
    return [(row.faithful and row.faithful.words, row.faithful_words) for row in page.asked]


FAITHFUL, NOT_FAITHFUL, UNCHECKED = (FAITHFUL_WORDS[mark].public for mark in (True, False, None))


def test_each_reply_tells_its_own_mark_and_silence_reads_not_checked():
    assert marks_told(marked(YES, True), marked(NO, False, HELPFUL)) == [
        (FAITHFUL, ""),
        (NOT_FAITHFUL, HELPFUL),
    ]
    assert marks_told(marked(NO, True)) == [(UNCHECKED, ""), (FAITHFUL, "")]
    assert marks_told() == [(UNCHECKED, ""), (UNCHECKED, "")]
    assert marks_told(replies=(YES,)) == [(UNCHECKED, ""), (None, "")]


def test_a_mark_of_the_whole_return_holds_for_each_reply_that_has_none_of_its_own():
    old = (PUBLISHED_AT, Judged(faithful=False, reason="No."))
    assert marks_told(old) == [(NOT_FAITHFUL, "No.")] * 2
    assert marks_told(old, marked(YES, True)) == [(FAITHFUL, ""), (NOT_FAITHFUL, "No.")]


def test_a_reply_that_was_signed_otherwise_since_is_not_checked():
    other = NO.model_copy(update={"words": "No, and here is why."})
    assert marks_told(marked(NO, True), replies=(YES, other))[1] == (UNCHECKED, "")
    assert marks_told(marked(NO, True), replies=(YES, NO))[1] == (FAITHFUL, "")


def test_the_right_of_reply_has_a_mark_of_its_own_until_it_changes():
    doc, said = document(), "We see it otherwise."
    mark = Judged(faithful=True, about=RIGHT_OF_REPLY, reply=digest(said))
    replied, marking = (PUBLISHED_AT, Replied(words=said)), (PUBLISHED_AT, mark)
    one = page_of(view(doc=doc, how=life(signed(doc), replied, marking))).accounts[0]
    assert one.reply_faithful.words == FAITHFUL
    otherwise = (PUBLISHED_AT, Replied(words="We think again."))
    changed = life(signed(doc), replied, marking, otherwise)
    again = page_of(view(doc=doc, how=changed)).accounts[0]
    assert again.reply_faithful.words == UNCHECKED
    assert page_of(view(doc=doc)).accounts[0].reply_faithful is None


def test_a_page_with_nothing_marked_to_tell_has_no_trace_of_marks():
    page = page_of(view(doc=document(), requests=(asked(1, "Answer."),)))
    assert "faithful" not in told(page)


def test_an_older_reply_keeps_its_mark():
    mark = Judged(faithful=False, reason="Nobody answers.", about="R1", reply="its fingerprint")
    old = asked(1, "Answer the telephone.", answer="accepted", words="We will.", mark=mark)
    row = page_of(view(doc=document(), requests=(old,))).asked[0]
    assert (row.faithful.words, row.faithful_words) == (
        "Not faithful to what families said",
        "Nobody answers.",
    )


@pytest.mark.parametrize(("reply", "was_marked"), [(YES, False), (NO, True)])
def test_the_partner_is_told_which_reply_changed_since_it_was_marked(reply, was_marked):
    stale = marked(reply.model_copy(update={"words": "Otherwise."}), True)
    doc = document(replies=(reply,))
    steps = (signed(doc), stale) if was_marked else (signed(doc),)
    (one,) = markings(life(*steps), doc)
    assert (one.mark, one.was_marked) == (None, was_marked)


def test_only_reasons_that_stand_on_the_page_are_looked_at_before_it_goes_out():
    doc = document(replies=(YES, NO))
    stale = marked(YES.model_copy(update={"words": "Maybe."}), False, "An old reason.")
    how = life(signed(doc), stale, marked(NO, False, HELPFUL))
    assert list(reasons(how, doc.model_dump_json())) == [HELPFUL]
