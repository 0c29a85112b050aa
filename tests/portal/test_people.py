"""Who finds anything under *Your returns*, so that nobody else is led there."""

import pytest

from portal.pages import Pages
from portal.people import reads_returns
from providers.sessions import Visitor
from tests.support.cast import at


@pytest.mark.parametrize(
    ("roles", "reads"),
    [
        ({"listening_partner"}, False),
        ({"commissioner"}, False),
        ({"lead"}, True),
        ({"contract_manager"}, True),
        ({"listening_partner", "signer"}, True),
    ],
)
def test_only_who_reads_a_services_returns_is_led_to_them(roles: set[str], reads: bool) -> None:
    visitor = Visitor(
        person=1,
        name="Lena Listen",
        email="lena@partner.example",
        csrf="x",
        seen_at=at("2026-10-05T09:00"),
        services={7: frozenset(roles)},
        staff=frozenset({("sample", "listening_partner")}),
    )
    assert reads_returns(visitor) is reads
    html = bytes(Pages().show("shared/not_here.html", 404, visitor=visitor).body).decode()
    assert (">Your returns<" in html) is reads
