-- What is news: steps to new years, steps that moved because a year was revised, and whole partitions that moved.
-- a revised value moves the step to it and, the other way, the one from it
create temp table raw_news as
with moved as (
    select
        vintage_number,
        observation_year,
        max(value_before) as value_before,
        abs(sum(shift)) as distance_moved
    from (
        select * from raw_shifts
        union all
        select vintage_number, observation_year + 1, null, -shift from raw_shifts
    )
    semi join raw_current using (vintage_number)
    group by vintage_number, observation_year
)

select
    vintage_number,
    observation_year,
    step,
    null as value_before,
    null as distance_moved,
    limits.jump_smallest_pct as smallest_pct
from raw_steps
cross join raw_limits as limits
where is_new
union all
select
    steps.vintage_number,
    steps.observation_year,
    steps.step,
    moved.value_before,
    moved.distance_moved,
    limits.jump_revised_smallest_pct as smallest_pct
from raw_steps as steps
inner join moved
    on
        steps.vintage_number = moved.vintage_number
        and steps.observation_year = moved.observation_year
cross join raw_limits as limits
where not steps.is_new;

-- larger ones are revisions that the gate holds back
insert into raw_findings by name
with moved as (
    select
        shifts.vintage_number,
        median(shifts.shift) as shift,
        max(shifts.shift) - min(shifts.shift) as spread,
        count(*) as values_count
    from raw_shifts as shifts
    inner join raw_current as current_ on shifts.vintage_number = current_.vintage_number
    where current_.least_value > 0
    group by shifts.vintage_number
    having count(*) = any_value(raw_count(current_.values_mask & current_.mask_before))
)

select
    checks.check_id,
    moved.vintage_number,
    format('every value {:.4g} times what it was', exp(moved.shift)) as observed_value,
    checks.expected,
    moved.values_count as failing_rows_count
from moved
cross join raw_limits as limits
inner join raw_checks as checks on checks.check_id = 'raw.factor'
where
    moved.values_count >= limits.moved_cells_number
    and 100 * moved.spread <= limits.factor_spread_pct * abs(moved.shift)
    and 100 * abs(exp(moved.shift) - 1) <= limits.revision_large_pct;
