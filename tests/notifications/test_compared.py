"""Two editions of a page are told apart by their sentences, part by part."""

from hypothesis import given
from hypothesis import strategies as st

from notifications.compared import Change, changes, sentences_of
from tests.support.drawn import render
from tests.support.published import pages

PAGE = "<html><body><header>Top</header><main><h1>A</h1>{}</main><footer>End</footer></body></html>"


def page(*parts: str) -> str:
    return PAGE.format("".join(parts))


def test_what_is_gone_and_what_is_new_stand_under_their_heading():
    before = page("<h2>Next</h2><p>One. Two.</p>", "<h2>About</h2><p>Same.</p>")
    after = page("<h2>Next</h2><p>One. Three, four.</p>", "<h2>About</h2><p>Same. New.</p>")
    assert changes(before, after) == (
        Change("Next", ("Two.",), ("Three, four.",)),
        Change("About", (), ("New.",)),
    )


def test_only_the_main_part_is_heard_and_a_tag_is_a_sentence_of_its_own():
    html = page(
        '<ul><li><strong class="tag tag-green">Kept</strong> All <strong>well</strong>.</li></ul>'
    )
    assert [one.words for one in sentences_of(html)] == ["A", "Kept", "All well."]


def test_the_ways_about_a_page_are_left_out():
    assert changes(page("<nav><ul><li>There</li></ul></nav>"), page()) == ()


def test_a_page_is_no_other_than_itself():
    for path, content in render(pages()).items():
        if path.endswith(".html"):
            assert changes(content.decode(), content.decode()) == ()
            assert sentences_of(content.decode())


@given(st.lists(st.sampled_from(["One.", "Two.", "Three.", "Four."]), max_size=6), st.data())
def test_what_is_left_with_what_is_new_is_the_new_page(before: list[str], data: st.DataObject):
    after = data.draw(st.lists(st.sampled_from(["One.", "Two.", "Five."]), max_size=6))
    found = changes(
        page(*(f"<p>{one}</p>" for one in before)), page(*(f"<p>{one}</p>" for one in after))
    )
    gone = sum(len(one.removed) for one in found)
    new = sum(len(one.added) for one in found)
    assert len(before) - gone + new == len(after)
