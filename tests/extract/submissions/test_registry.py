"""The plan as submissions meet it: who is meant by a code, a name or an alias."""

import re

import pytest

from extract.submissions.registry import registry_of
from smed.errors import SubmissionInvalid
from tests.extract.submissions.forms_filled import shipped_plan


@pytest.fixture(scope="module")
def plan():
    return shipped_plan()


@pytest.mark.parametrize(
    "said", ["vnm", "VN", "Viet Nam", "Vietnam", "viet  nam", "Socialist Republic of Viet Nam"]
)
def test_e7_a_party_is_known_by_its_code_its_name_and_its_aliases(plan, said):
    assert registry_of(plan).require_party(said) == "VNM"


def test_e7_burma_is_myanmar(plan):
    assert registry_of(plan).require_party("Burma") == "MMR"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("TLS", "TLS: no party to this plan: it joined ASEAN in October 2025"),
        ("Timor-Leste", "it joined ASEAN in October 2025"),
        ("VNN", "did you mean VNM?"),
        ("", "(empty): no party to this plan"),
    ],
)
def test_e7_who_is_no_party_is_told_why(plan, said, told):
    with pytest.raises(SubmissionInvalid, match=re.escape(told)):
        registry_of(plan).require_party(said)
