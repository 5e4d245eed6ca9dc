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

create temp table raw_acknowledged as
select distinct
    names.vintage_number,
    acknowledged.check_id
from raw_vintage_names as names
inner join raw_vintages as vintages on names.vintage_number = vintages.vintage_number
inner join (
    select
        revisions.series_code,
        revisions.country_code,
        revisions.vintage_date,
        cast(null as varchar) as snapshot_id,
        checks.check_id
    from raw_acknowledged_revisions as revisions
    cross join raw_checks as checks
    where checks.severity = 'critical' and checks.is_acknowledgeable
    union all
    select
        given.series_code,
        given.country_code,
        given.vintage_date,
        given.snapshot_id,
        checks.check_id
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
-- who acknowledged a vintage as a whole did not mean that a country is gone from it
where
    vintages.values_mask != 0
    or acknowledged.country_code is not null
    or acknowledged.check_id != 'raw.values.lost';
