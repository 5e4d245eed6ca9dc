"""The sample submissions of a home of recorded figures are taken in once, whatever happens."""

import os

from extract.submissions import intake
from operate import submissions
from smed import home
from smed.plan import read_plan


def _die(*_) -> None:
    os._exit(9)


def test_a_sample_that_a_kill_left_undecided_is_taken_up_again(settings):
    plan = read_plan(settings.plan)
    home.claim(settings, "recorded")
    process = os.fork()
    if process == 0:
        intake._decided = _die
        try:
            submissions.collect(settings, plan)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9
    with submissions.look_at_desk(settings, plan) as desk:
        (left,) = desk.book.submissions.values()
    outcomes = submissions.collect(settings, plan)
    assert left.submission_id in {outcome.submission.submission_id for outcome in outcomes}
    with submissions.look_at_desk(settings, plan) as desk:
        assert "received" not in {one.state for one in desk.book.submissions.values()}
    assert submissions.collect(settings, plan) == []
