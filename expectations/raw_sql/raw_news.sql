-- What is news: steps to new years, and steps that moved because a year was revised.
-- a revised value moves the step to it and, the other way, the one from it
create temp table raw_news as
with moved as (
    select
        vintage_number,
        observation_year,
        abs(sum(shift)) as distance_moved,
        max(case when is_own then abs(shift) else 0 end) as own_shift,
        max(case when is_own then 0 else abs(shift) end) as shift_of_year_before
    from (
        select *, true as is_own from raw_shifts
        union all
        select vintage_number, observation_year + 1, null, -shift, false from raw_shifts
    )
    semi join raw_current using (vintage_number)
    group by vintage_number, observation_year
)

select
    steps.vintage_number,
    steps.observation_year,
    steps.step,
    null as distance_moved,
    null as own_shift,
    coalesce(moved.shift_of_year_before, 0) as shift_of_year_before,
    limits.jump_smallest_pct as smallest_pct
from raw_steps as steps
left join moved
    on
        steps.vintage_number = moved.vintage_number
        and steps.observation_year = moved.observation_year
cross join raw_limits as limits
where steps.is_new
union all
select
    steps.vintage_number,
    steps.observation_year,
    steps.step,
    moved.distance_moved,
    moved.own_shift,
    moved.shift_of_year_before,
    limits.jump_revised_smallest_pct as smallest_pct
from raw_steps as steps
inner join moved
    on
        steps.vintage_number = moved.vintage_number
        and steps.observation_year = moved.observation_year
cross join raw_limits as limits
where not steps.is_new;
