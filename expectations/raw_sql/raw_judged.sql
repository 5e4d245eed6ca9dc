-- What the round found: findings of open vintages beside their references, settled by raw_gate.py afterwards.
create or replace temp table raw_round as
with worst as (
    select
        changes.*,
        row_number() over (
            partition by changes.vintage_number
            order by changes.relative_change desc, changes.observation_year
        ) as place,
        count(*) over (partition by changes.vintage_number) as failing_rows_count
    from raw_changes as changes
    inner join raw_pairs as pairs on changes.vintage_number = pairs.vintage_number
    cross join raw_limits as limits
    where pairs.is_whole and 100 * changes.relative_change > limits.revision_large_pct
),

found as (
    select
        'raw.revision' as check_id,
        vintage_number,
        observation_year,
        raw_number(value) as observed_value,
        [raw_number(limits.revision_large_pct), raw_number(value_before)] as facts,
        100 * relative_change as revision_pct,
        failing_rows_count
    from worst cross join raw_limits as limits
    where place = 1
    union all
    select 'raw.scale', vintage_number, null, observed_value, facts, null, failing_rows_count
    from raw_scale_changes
    union all
    select
        'raw.values.moved',
        places.vintage_number,
        null,
        min(
            case
                when places.years_apart = 0 then 'those of ' || countries.country_code
                when places.years_apart < 0 then 'those of the year before'
                else 'those of the year after'
            end
        ),
        [] as facts,
        null,
        max(places.found_count)
    from raw_places as places
    inner join raw_countries as countries on places.country_number = countries.country_number
    group by places.vintage_number
    union all
    select
        'raw.values.lost',
        pairs.vintage_number,
        cast(list_min(raw_years(pairs.mask_before & ~pairs.values_mask)) as integer),
        'none in ' || array_to_string(raw_years(pairs.mask_before & ~pairs.values_mask), ', '),
        [cast(raw_count(pairs.mask_before) as varchar)],
        null,
        raw_count(pairs.mask_before & ~pairs.values_mask)
    from raw_pairs as pairs cross join raw_limits as limits
    where
        pairs.is_whole
        and 100 * raw_count(pairs.mask_before & ~pairs.values_mask)
        > limits.coverage_drop_pct * raw_count(pairs.mask_before)
)

select
    found.* exclude (facts, revision_pct),
    pairs.reference_number,
    raw_filled(
        checks.expected, list_append(found.facts, 'the vintage of ' || before.vintage_date)
    ) as expected,
    acknowledged.check_id is not null as is_acknowledged
from found
inner join raw_checks as checks on found.check_id = checks.check_id
inner join raw_pairs as pairs on found.vintage_number = pairs.vintage_number
left join raw_vintage_names as before on pairs.reference_number = before.vintage_number
left join raw_acknowledged as acknowledged
    on
        found.vintage_number = acknowledged.vintage_number
        and found.check_id = acknowledged.check_id
        and coalesce(found.revision_pct <= acknowledged.largest_revision_pct, true);
