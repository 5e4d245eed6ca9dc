"""The words for the codes of the marts, and the marks that go with a status."""


def N_(text: str) -> str:  # noqa: N802
    """Marks a text that is translated where it is shown."""
    return text


# the reason no_vintage_held of a source that publishes: nobody was asked to send anything
NO_COPY_HELD = "no_copy_held"
# each with a mark of its own, so that none hangs on a colour; grey is for what nobody knows
STATUSES = {
    "achieved": N_("Target reached"),
    "on_track": N_("On track"),
    "acceleration_needed": N_("Too slow"),
    "limited": N_("Hardly moving"),
    "deterioration": N_("Worse"),
    "not_assessed": N_("No verdict"),
}
REASONS = {
    "not_applicable": N_("Not asked"),
    "no_vintage_held": N_("Nothing received"),
    NO_COPY_HELD: N_("No copy held"),
    "no_data": N_("No data"),
    "discontinued": N_("Series ended"),
    "stale": N_("Out of date"),
    "no_baseline": N_("No baseline"),
    "one_point": N_("One value only"),
    "break": N_("Break in series"),
    "unit_mismatch": N_("Unit changed"),
    "zero_base": N_("Baseline is zero"),
    "coverage": N_("Too few values"),
    "no_weight": N_("No weights"),
    "not_reported": N_("Not reported"),
}
REASONS_EXPLAINED = {
    "not_applicable": N_("The plan does not ask this member state for it."),
    "no_vintage_held": N_("Only member states can send it, and nothing has been received."),
    NO_COPY_HELD: N_("No copy of the source's figures as of this day is held."),
    "no_data": N_("The source has no value in the plan's years."),
    "discontinued": N_(
        "The source ended the series, so that nobody can say how things stand today."
    ),
    "stale": N_("The newest value is older than the plan's limit for a verdict of today."),
    "no_baseline": N_("There is no value near the baseline year to compare with."),
    "one_point": N_("There is only one value, so that nothing can be compared."),
    "break": N_("The series was broken in between: values before and after do not compare."),
    "unit_mismatch": N_("The baseline and the newest value are in different units."),
    "zero_base": N_("The baseline is zero, so that no growth can be given."),
    "coverage": N_("Too few member states, or too few of the KPIs, have a value."),
    "no_weight": N_("The weights for a regional mean are missing."),
    "not_reported": N_("There is no report for this half-year."),
}
UN_STATUSES = {
    "achieved": N_("Target reached"),
    "on_track": N_("On track"),
    "fair": N_("Fair"),
    "stagnation_or_regression": N_("Standing still or worse"),
    "not_assessed": N_("No verdict"),
    "not_applicable": N_("No target set"),
}
AGREEMENTS = {
    "all": N_("All methods agree"),
    "majority": N_("Most methods agree"),
    "split": N_("Methods disagree"),
    "not_assessed": N_("No verdict"),
}
SOURCE_STATES = {
    "live": N_("Still published"),
    "frozen": N_("Frozen"),
    "discontinued": N_("Discontinued"),
    "substituted": N_("A substitute series"),
    "submitted": N_("Sent by member states"),
}
OBSERVATIONS = {
    "reported": N_("Reported"),
    "missing": N_("Missing"),
    "withdrawn": N_("Withdrawn by the source"),
    "not_applicable": N_("Not asked"),
    "not_yet_due": N_("Not due yet"),
}
CHANGES = {
    "added": N_("New"),
    "changed": N_("Revised"),
    "rebased": N_("New unit"),
    "withdrawn": N_("Withdrawn"),
}
DELIVERIES = {
    "completed_on_time": N_("Done on time"),
    "completed_late": N_("Done late"),
    "in_progress": N_("Under way"),
    "not_started": N_("Not begun"),
    "overdue": N_("Overdue"),
    "not_reported": N_("Not reported"),
}
LIGHTS = {
    "green": N_("Green"),
    "amber": N_("Amber"),
    "red": N_("Red"),
    "grey": N_("Not known"),
}
REPORTINGS = {
    "on_time": N_("On time"),
    "late": N_("Late"),
    "due": N_("Due now"),
    "overdue": N_("Overdue"),
    "not_yet_due": N_("Not due yet"),
}
QUADRANTS = {
    "delivered_moving": N_("Delivered, and things are moving"),
    "delivered_not_moving": N_("Delivered, yet things are not moving"),
    "not_delivered_moving": N_("Not yet delivered, yet things are moving"),
    "not_delivered_not_moving": N_("Not delivered, and things are not moving"),
    "unknown": N_("Too little is known"),
}
GAPS = {
    "converging": N_("Narrowing"),
    "diverging": N_("Widening"),
    "unclear": N_("No clear direction"),
    "not_assessed": N_("No verdict"),
}
CHECKS = {
    "passed": N_("Passed"),
    "warned": N_("Warned"),
    "failed": N_("Failed"),
    "could_not_run": N_("Could not run"),
    "quarantined": N_("Held back"),
}
SEVERITIES = {"critical": N_("Stops a release"), "warning": N_("Warns")}
DIRECTIONS = {"higher": N_("Higher is better"), "lower": N_("Lower is better")}
BASES = {
    "printed_by_source": N_("as the source printed it"),
    "date_of_copy": N_("day on which the copy was made"),
    "date_of_copy_ilostat": N_("day on which ILOSTAT's copy was made"),
    "date_of_retrieval": N_("day on which it was fetched"),
    "archive_version": N_("version of the source's archive"),
    "lastupdated": N_("the source's own day of its update"),
    "derived": N_("the later day of its two parts"),
    "submission": N_("day on which it was sent"),
}
KINDS = {"kpi": N_("KPI values"), "progress": N_("Progress of action lines")}
AGGREGATIONS = {
    "simple_mean": N_("simple mean of members"),
    "weighted_mean": N_("weighted mean of members"),
}
LABELS = {
    "status": STATUSES,
    "reason": REASONS,
    "explained": REASONS_EXPLAINED,
    "un": UN_STATUSES,
    "linear": {**UN_STATUSES, **STATUSES},
    "agreement": AGREEMENTS,
    "state": SOURCE_STATES,
    "observation": OBSERVATIONS,
    "change": CHANGES,
    "delivery": DELIVERIES,
    "light": LIGHTS,
    "reporting": REPORTINGS,
    "quadrant": QUADRANTS,
    "gap": GAPS,
    "check": CHECKS,
    "severity": SEVERITIES,
    "direction": DIRECTIONS,
    "basis": BASES,
    "kind": KINDS,
    "aggregation": AGGREGATIONS,
}
