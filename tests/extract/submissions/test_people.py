"""Who may send and who may decide."""

import pytest

from extract.submissions.people import People, read_people
from smed.errors import HomeInvalid


@pytest.fixture
def people_csv(settings):
    settings.home.mkdir()
    return settings.home / "people.csv"


def test_without_a_list_the_owner_sends_and_everybody_else_reviews(settings):
    people = People("owner", None)
    assert people.may_send("owner", "VNM")
    assert not people.may_send("ann", "VNM")
    assert people.may_send_from_inbox("ann", "VNM")
    assert people.may_review("ann", "VNM", "owner")
    assert not people.may_review("owner", "VNM", "owner")


def test_a_list_says_all(settings, people_csv):
    people_csv.write_text("user,party_code,role\nann,VNM,sender\nbob,*,reviewer\n")
    people = read_people(settings)
    assert people.may_send("ann", "VNM")
    assert not people.may_send("ann", "THA")
    assert not people.may_send(people.home_owner, "VNM")
    assert not people.may_send_from_inbox("bob", "VNM")
    assert people.may_review("bob", "VNM", "ann")
    assert not people.may_review("ann", "VNM", "bob")


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("user,role\n", 1),
        ("user,party_code,role\nann,VNM\n", 2),
        ("user,party_code,role\na,b,boss\n", 2),
    ],
)
def test_a_list_that_cannot_be_read_is_named_with_its_row(settings, people_csv, text, row):
    people_csv.write_text(text)
    with pytest.raises(HomeInvalid, match=f"people.csv row {row}"):
        read_people(settings)
