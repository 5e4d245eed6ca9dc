"""The homes that tests of several folders share."""

from tests.end_to_end.homes import (
    changed_plan,
    copy_of,
    demo,
    empty_home,
    home_of_two_releases,
    live_home,
    refreshed_home,
)

__all__ = [
    "changed_plan",
    "copy_of",
    "demo",
    "empty_home",
    "home_of_two_releases",
    "live_home",
    "refreshed_home",
]
