"""What two rooms say of one thing is the same."""

from expectations.verdict import QualityResult
from publish.tables import QUALITY_COLUMNS


def test_the_gate_and_publishing_know_the_same_quality_results():
    assert [*QUALITY_COLUMNS, "notes"] == list(QualityResult.__annotations__)
