"""A live worry about somebody is told from what families say of a service."""

import pytest

from charter.concerns import concern


@pytest.mark.parametrize(
    "text",
    [
        "He has talked of suicide since Monday.",
        "SELF HARM on the wing again",
        "She said she wants to die",
        "he is cutting himself",
        "They fear he will take his own life.",
        "Nobody rang back about Mr Okoro.",
        "my son Daniel has no inhaler",
        "Our brother, Yusuf, has not been seen",
        "A1234BC has had no tablets",
        "NHS number 943 476 5919",
        "born 3 May 1988",
        "a life-threatening wait",
        "sui\u200bcidal",
    ],
)
def test_words_of_a_person_or_of_danger_are_found(text: str):
    assert concern(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ring us back when we leave a message about somebody’s health.",
        "Families want worries about safety answered the same day.",
        "My son waited nine weeks for a dentist.",
        "Staff at HMP Brixton were kind to our partners.",
        "Mental health workers rang back within the week.",
        "Hang the opening hours by the door.",
        "Visits hall, 3 August 2026",
    ],
)
def test_what_families_say_of_a_service_is_not(text: str):
    assert concern(text) == ""


def test_the_words_found_are_given_so_that_they_can_be_taken_out():
    assert concern("We heard of an overdose on the wing.") == "overdose"
