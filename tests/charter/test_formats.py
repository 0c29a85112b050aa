"""A page names the forms that people made of it, and none while it is taken down or not shown."""

from dataclasses import replace
from datetime import date

from charter.beside import Beside
from charter.formats import EASY_READ, FormatView, editions_sha
from charter.summary import prison_page
from charter.views import ReturnView, Withdrawal
from tests.support.returned import ALDER, PUBLISHED, document, view


def told(**changes: object) -> ReturnView:
    made = FormatView(
        kind=EASY_READ,
        language="en",
        maker="Plain Pictures",
        checker="The Reading Group",
        made_on=date(2026, 12, 9),
        sha="ab" * 32,
        renders=editions_sha([(1, 1)]),
    )
    polish = replace(made, language="pl", renders="of another edition")
    plain = view(doc=document(), return_id=1)
    return replace(plain, beside=Beside(formats=(polish, made)), **changes)  # type: ignore[arg-type]


def test_a_page_names_each_form_with_its_makers_and_whether_the_page_changed_since():
    english, polish = prison_page(ALDER, [told()]).formats
    assert (english.file, english.outdated) == ("2026-27-Q2-easy-read.pdf", False)
    assert (english.maker, english.checker) == ("Plain Pictures", "The Reading Group")
    assert (polish.file, polish.outdated) == ("2026-27-Q2-easy-read-pl.pdf", True)


def test_no_form_stands_beside_a_page_that_is_taken_down_or_not_shown():
    down = Withdrawal(PUBLISHED, "A mistake.")
    for one in (told(quiet=True), told(withdrawal=down, edition=None)):
        page = prison_page(ALDER, [one])
        assert page.formats == ()
        assert "formats" not in page.model_dump()
