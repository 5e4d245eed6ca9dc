"""Thresholds that cut one scale stand in order: a lower cut above the higher one cuts nothing."""

from itertools import pairwise
from pathlib import Path

from smed.plan_files import Lines, invalid

# each from the lowest to the highest
ASCENDING = (
    (
        "cagr_score_floor_pct",
        "cagr_limited_pct",
        "cagr_acceleration_pct",
        "cagr_on_track_pct",
        "cagr_score_ceiling_pct",
    ),
    ("target_limited_ratio", "target_acceleration_ratio", "target_on_track_ratio"),
    ("target_score_floor_ratio", "target_score_middle_ratio", "target_score_ceiling_ratio"),
    ("score_half", "score_extreme"),
    ("un_fair_pct", "un_on_track_pct"),
    ("un_target_fair_ratio", "un_target_on_track_ratio"),
    ("light_amber_index", "light_green_index"),
    ("quality_amber_number", "quality_green_number"),
)


def check_threshold_order(folder: Path, rows: dict[str, Lines]) -> None:
    """PlanInvalid for the first threshold that is not below the next one of its scale."""
    lines = {row.threshold_code: (line, row.threshold_value) for line, row in rows["thresholds"]}
    for scale in ASCENDING:
        for lower, higher in pairwise(scale):
            (line, low), (other_line, high) = lines[lower], lines[higher]
            if low >= high:
                raise invalid(
                    folder / "thresholds.csv",
                    line,
                    f"{lower} is {low:g}, not below {higher}, {high:g} (row {other_line})",
                    "correct the wrong one",
                )
