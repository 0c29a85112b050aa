"""Advice on plain English stands beside a saved reply, for its author and for its reader."""

from collections.abc import Callable

from tests.support.cast import AVON
from tests.support.pages import PageClient
from tests.support.stage import LENA, Stage

Open = Callable[..., PageClient]
HARD = "The PPV rang 14% of them."
ADVICE = ("Say what “PPV” stands for, or use other words.", "Say “14%” in another way")


def test_a_saved_reply_is_advised_on_and_the_partner_may_mark_it_all_the_same(
    stage: Stage, open_pages: Open
) -> None:
    here = stage.ref()
    avon = stage.enters(open_pages, AVON.email)
    page = avon.get(f"/returns/{here.id}/replies")
    assert not any(words in page.text for words in ADVICE)
    said = {"reply-1-answer": "partly", "reply-1-words": HARD}
    page.submit(said, button="Save for later")
    page = avon.get(f"/returns/{here.id}/replies")
    assert all(words in page.text for words in ADVICE)

    filled = stage.filled(here)
    hard = tuple(reply.model_copy(update={"words": HARD}) for reply in filled.replies)
    stage.submit(AVON, filled.model_copy(update={"replies": hard}), stage.now)
    lena = stage.enters(open_pages, LENA)
    page = lena.get(f"/console/returns/{here.id}/judge")
    assert all(words in page.text for words in ADVICE)
    marked = page.submit({"reply-1-faithful": "yes"}, button="Save these marks")
    assert "did=judged" in marked.path or marked.path.startswith(f"/console/returns/{here.id}")
