-- Which vintages are judged next to which, round by round: a vintage is compared with the last one that was not
-- held back, and whether that one was is only known once it was compared itself.
create temp table raw_open as
select vintage_number from raw_vintages
anti join raw_findings using (vintage_number);

create temp table raw_settled (vintage_number integer, reference_number integer, is_good boolean);

-- how far each value of a good vintage was revised, in the measure of raw_steps
create temp table raw_shifts (
    vintage_number integer,
    observation_year integer,
    value_before double,
    shift double
);

-- what a person looked at: by the plan, up to the largest revision that they saw; by a finding, what that vintage holds
create temp table raw_acknowledged as
select
    names.vintage_number,
    acknowledged.check_id,
    max(acknowledged.largest_revision_pct) as largest_revision_pct
from raw_vintage_names as names
inner join (
    select
        revisions.series_code,
        revisions.country_code,
        revisions.vintage_date,
        cast(null as varchar) as snapshot_id,
        checks.check_id,
        cast(revisions.largest_revision_pct as double) as largest_revision_pct
    from raw_acknowledged_revisions as revisions
    cross join raw_checks as checks
    where
        checks.severity = 'critical'
        and checks.is_acknowledgeable
        -- who acknowledged a vintage as a whole did not mean that values are gone, swapped or in another unit
        and (revisions.country_code is not null or checks.check_id = 'raw.revision')
    union all
    select
        given.series_code,
        given.country_code,
        given.vintage_date,
        given.snapshot_id,
        checks.check_id,
        cast('infinity' as double) as largest_revision_pct
    from inputs.acknowledgements as given
    inner join raw_checks as checks
        on list_contains(string_split(given.check_id, '|'), checks.check_id)
    where
        checks.severity = 'critical'
        and checks.is_acknowledgeable
        and given.snapshot_id is not null
        and cast(given.acknowledged_at as date) <= (select as_of_date from raw_limits)
) as acknowledged
    on
        names.series_code = acknowledged.series_code
        and names.country_code = coalesce(acknowledged.country_code, names.country_code)
        and names.snapshot_id = coalesce(acknowledged.snapshot_id, names.snapshot_id)
        and (acknowledged.snapshot_id is not null or names.vintage_date = acknowledged.vintage_date)
group by names.vintage_number, acknowledged.check_id;
