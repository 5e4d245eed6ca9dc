-- Countries that are behind the others and their own rhythm.
insert into raw_findings by name
with rhythms as (
    select
        vintage_number,
        max(distance) as longest_distance
    from raw_steps
    group by vintage_number
),

peers as (
    select
        owing.*,
        limits.first_year + owing.last_place as newest_year,
        limits.first_year + max(owing.last_place) over (partition by owing.series_number)
            as newest_of_all_year
    from raw_owing as owing
    cross join raw_limits as limits
)

select
    checks.check_id,
    peers.vintage_number,
    peers.newest_year as observation_year,
    format('newest year {}', peers.newest_year) as observed_value,
    raw_filled(checks.expected, [peers.newest_due_year]) as expected,
    peers.newest_due_year - peers.newest_year as failing_rows_count
from peers
inner join raw_checks as checks on checks.check_id = 'raw.freshness'
left join rhythms on peers.vintage_number = rhythms.vintage_number
where
    peers.newest_of_all_year >= peers.newest_due_year
    and peers.newest_year + coalesce(rhythms.longest_distance, 1) <= peers.newest_due_year;
