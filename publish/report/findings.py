"""What the rows of a page say, in a sentence: each title states what was found, or why nothing."""

from collections import Counter

from publish.report.change_findings import ChangeFindings
from publish.report.labels import N_
from publish.report.plan_pages import GOOD
from publish.report.wording import DASH, Words

SLOW = ("acceleration_needed", "limited")
UNASSESSED = "not_assessed"


class Findings(ChangeFindings):
    """Sentences in one language; they count rows and reckon nothing.

    ``moving_score`` is the plan's cut: the score from which a goal counts as moving.
    """

    def __init__(self, words: Words, moving_score: float) -> None:
        self.w = words
        self.moving_score = moving_score

    def is_moving(self, row: dict) -> bool | None:
        """Whether a goal's KPIs move, by their score alone; None where there is no score.

        Its quadrant says nothing while nobody knows what is delivered.
        """
        score = row["achievement_score"]
        return None if score is None else score >= self.moving_score

    def plan(self, scorecards: list[dict]) -> str:
        """How many goals are moving."""
        w, total = self.w, len(scorecards)
        moves = Counter(self.is_moving(row) for row in scorecards)
        moving, standing = moves[True], moves[False]
        said = [
            w.many(
                "%(n)s of %(total)s goals is moving",
                "%(n)s of %(total)s goals are moving",
                moving,
                total=total,
            )
        ]
        if standing:
            said.append(w.many("%(n)s is not", "%(n)s are not", standing))
        if unknown := moves[None]:
            said.append(
                w.many("of %(n)s too little is known", "of %(n)s too little is known", unknown)
            )
        return w("%(sentence)s.", sentence="; ".join(said))

    def goal(self, row: dict | None, rows: list[dict]) -> str:
        """How far a goal has come, and how much of what was promised is delivered.

        ``rows`` are the achievements of its KPIs, be it among others.
        """
        if row is None:
            return self.w("Nothing is known of this goal yet.")
        said = (self.achievement(row), self.why(row, rows), self.delivery(row))
        return " ".join(filter(None, said))

    def achievement(self, row: dict) -> str:
        """How its KPIs stand over the member states."""
        w, score = self.w, row["achievement_score"]
        if score is None:
            return w(
                "No score: verdicts exist for %(kpis)s of %(all_kpis)s KPIs and"
                " %(countries)s of %(all_countries)s member states.",
                kpis=row["kpis_assessed_count"],
                all_kpis=row["kpis_count"],
                countries=row["countries_assessed_count"],
                all_countries=row["countries_applicable_count"],
            )
        text = {
            True: N_("The KPIs are moving the right way: score %(score)s."),
            False: N_("The KPIs are not moving the right way: score %(score)s."),
        }[self.is_moving(row)]
        return w(text, score=w.signed(score))

    def why(self, row: dict, rows: list[dict]) -> str:
        """What mostly keeps a goal without a score from one, by the achievements of its KPIs."""
        goal = [found for found in rows if found["goal_code"] == row["goal_code"]]
        asked = [found["reason_code"] for found in goal if found["status"] == UNASSESSED]
        reasons = Counter(code for code in asked if code != "not_applicable").most_common(1)
        if row["achievement_score"] is not None or not reasons:
            return ""
        return self.w("Why, mostly: %(reason)s", reason=self.w.label("explained", reasons[0][0]))

    def delivery(self, row: dict) -> str:
        """What of its action lines is delivered."""
        w, rate = self.w, row["delivery_rate_pct"]
        if not row["due_lines_count"]:
            return w("No action line is due yet.")
        if rate is None:
            said = w.many(
                "%(n)s action line is due, and no report tells whether it is delivered.",
                "%(n)s action lines are due, and no report tells whether they are delivered.",
                row["due_lines_count"],
            )
        else:
            said = w(
                "%(rate)s of %(due)s due action lines are delivered.",
                rate=w.percent(rate),
                due=row["due_lines_count"],
            )
        if missing := row["lines_known_missing_count"]:
            said += " " + w.many(
                "The text of %(n)s more is not at hand.",
                "The texts of %(n)s more are not at hand.",
                missing,
            )
        return said

    def stands(self, row: dict) -> str:
        """Where a goal stands, as far as it is known: be it of its KPIs alone."""
        if row["delivery_rate_pct"] is None and row["achievement_score"] is not None:
            text = {
                True: N_("Moving; what is delivered is not known"),
                False: N_("Not moving; what is delivered is not known"),
            }[self.is_moving(row)]
            return self.w(text)
        return self.w.label("quadrant", row["quadrant"])

    def members(self, rows: list[dict]) -> str:
        """How many member states stand where with a KPI, or why nobody can tell."""
        w, counts = self.w, Counter(row["status"] for row in rows)
        asked = [row for row in rows if row["reason_code"] != "not_applicable"]
        assessed = [row for row in rows if row["status"] != UNASSESSED]
        if not assessed:
            return self.silence(asked)
        parts = []
        if good := sum(counts[status] for status in GOOD):
            parts.append(w("on track in %(n)s", n=good))
        if slow := sum(counts[status] for status in SLOW):
            parts.append(w("too slow in %(n)s", n=slow))
        if worse := counts["deterioration"]:
            parts.append(w("worse in %(n)s", n=worse))
        if unknown := len(asked) - len(assessed):
            parts.append(w("no verdict for %(n)s", n=unknown))
        said = w.many(
            "Of %(n)s member state: %(parts)s, since the baseline.",
            "Of %(n)s member states: %(parts)s, since the baseline.",
            len(asked),
            parts=w.listed(parts),
        )
        return said

    def silence(self, rows: list[dict]) -> str:
        """Why there is no verdict at all."""
        w = self.w
        if not rows:
            return w("The plan asks no member state for it.")
        reasons = Counter(row["reason_code"] for row in rows).most_common()
        ended = [row for row in rows if row["reason_code"] == "discontinued"]
        if ended:
            last = max(row["latest_year"] for row in ended if row["latest_year"])
            days = [row["state_from_date"] for row in ended if row["state_from_date"]]
            if days:
                return w(
                    "No value after %(year)s: the source ended the series on %(day)s.",
                    year=last,
                    day=w.date(max(days)),
                )
            return w("No value after %(year)s: the source ended the series.", year=last)
        explained = w.label("explained", reasons[0][0])
        return w("No verdict yet. %(reason)s", reason=explained)

    def country(self, rows: list[dict]) -> str:
        """How many of a member state's KPIs stand where."""
        w, counts = self.w, Counter(row["status"] for row in rows)
        asked = sum(row["reason_code"] != "not_applicable" for row in rows)
        parts = []
        if good := sum(counts[status] for status in GOOD):
            parts.append(w("%(n)s on track", n=good))
        if slow := sum(counts[status] for status in SLOW):
            parts.append(w("%(n)s too slow", n=slow))
        if worse := counts["deterioration"]:
            parts.append(w("%(n)s worse than at the baseline", n=worse))
        if unknown := asked - good - slow - worse:
            parts.append(w("%(n)s without a verdict", n=unknown))
        if not parts:
            return w("The plan asks no KPI of this member state.")
        return w.many(
            "Of %(n)s KPI: %(parts)s.", "Of %(n)s KPIs: %(parts)s.", asked, parts=w.listed(parts)
        )

    def ends(self, row: dict) -> str:
        """From what to what a row of achievements has come."""
        w = self.w
        if row["latest_value"] is None:
            return w("No value.")
        latest = w.value(row["latest_value"], row["unit_code"])
        if row["baseline_value"] is None or row["baseline_year"] == row["latest_year"]:
            return w("%(value)s in %(year)s", value=latest, year=row["latest_year"])
        return w(
            "from %(old)s in %(old_year)s to %(new)s in %(new_year)s",
            old=w.value(row["baseline_value"], row["unit_code"]),
            old_year=row["baseline_year"],
            new=latest,
            new_year=row["latest_year"],
        )

    def verdict(self, row: dict) -> str:
        """A status in words, with its reason where there is none."""
        if row["status"] != UNASSESSED:
            return self.w.label("status", row["status"])
        return self.w.label("reason", row["reason_code"])

    def region(self, row: dict | None) -> str:
        """How the region as a whole has come along."""
        w = self.w
        if row is None:
            return w("Nothing is known of the region.")
        if row["baseline_value"] is None or row["latest_value"] is None:
            reason = w.label("explained", row["reason_code"])
            return w("No mean of %(group)s: %(reason)s", group=row["group_code"], reason=reason)
        return w(
            "%(group)s: %(verdict)s, %(ends)s",
            group=row["group_code"],
            verdict=self.verdict(row),
            ends=self.ends(row),
        )

    def gap(self, rows: list[dict]) -> str:
        """Whether the two groups have come closer, by the newest year that has a verdict."""
        w = self.w
        told = [row for row in rows if row["gap_status"] != UNASSESSED]
        if not told:
            # what keeps a year that has values from a verdict, not that others have none
            held = [row for row in rows if row["reason_code"] != "no_data"] or rows
            newest = max(held, key=lambda row: row["observation_year"], default=None)
            reason = w.label("explained", newest["reason_code"]) if newest else DASH
            return w("The gap cannot be told. %(reason)s", reason=reason)
        row = max(told, key=lambda row: row["observation_year"])
        text = {
            "converging": N_(
                "The gap between the two groups was narrower in %(year)s than at the baseline."
            ),
            "diverging": N_(
                "The gap between the two groups was wider in %(year)s than at the baseline."
            ),
        }.get(
            row["gap_status"],
            N_("The gap between the two groups had no clear direction in %(year)s."),
        )
        return w(text, year=row["observation_year"])

    def ahead(self, rows: list[dict], digits: int = 1) -> str:
        """Who has the highest score and who the lowest, with all who share it as it is shown."""
        w, scores = self.w, [round(row["score"], digits) for row in rows]
        if len(set(scores)) < 2:
            return w("All member states that have a score have the same.") if rows else ""

        def who(score: float) -> str:
            shared = zip(rows, scores, strict=True)
            return w.listed([w.country(row["country_code"]) for row, own in shared if own == score])

        return w(
            "Furthest ahead: %(best)s (score %(high)s)."
            " Furthest behind: %(worst)s (score %(low)s).",
            best=who(max(scores)),
            high=w.signed(max(scores), digits),
            worst=who(min(scores)),
            low=w.signed(min(scores), digits),
        )
