"""Decides which vintages of raw may be used, partition by partition, before anything is built."""

from smed.plan import Plan


def sift(connection, plan: Plan) -> None:
    """Fills ``inputs.partition_checks`` and ``inputs.held_back_partitions`` of a candidate."""
