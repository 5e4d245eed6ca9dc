-- Steps that a series' own past does not know, where what came is new: new years, and years that were revised.
insert into raw_findings by name
-- of the two years of a step the one that moved made it wide: a new year by what the one before does not explain
with jumps as (
    select
        *,
        coalesce(own_shift, abs(step - usual_step) - shift_of_year_before) as own_part,
        shift_of_year_before > own_part as is_of_year_before
    from raw_reached
    where
        abs(step - usual_step) > reach
        -- a step that was as wide before the revision is no news
        and coalesce(distance_moved > reach, true)
),

placed as (
    select
        *,
        row_number() over (
            partition by vintage_number
            order by
                greatest(own_part, shift_of_year_before) desc,
                -- the step to a year tells more than the one from it
                is_of_year_before,
                observation_year
        ) as place,
        count(*) over (partition by vintage_number) as jumps_count
    from jumps
)

select
    checks.check_id,
    jumps.vintage_number,
    case when jumps.is_of_year_before then before.observation_year else cells.observation_year end
        as observation_year,
    case
        when jumps.is_of_year_before
            then format('{} before {}', raw_number(before.value), raw_number(cells.value))
        else format('{} after {}', raw_number(cells.value), raw_number(before.value))
    end
    || coalesce(format(', revised from {}', raw_number(revised.value_before)), '') as observed_value,
    raw_filled(checks.expected, [
        raw_step(jumps.usual_step - jumps.reach, current_.least_value > 0),
        raw_step(jumps.usual_step + jumps.reach, current_.least_value > 0)
    ]) as expected,
    jumps.jumps_count as failing_rows_count
from placed as jumps
inner join raw_checks as checks on checks.check_id = 'raw.jump'
inner join raw_current as current_ on jumps.vintage_number = current_.vintage_number
-- of a series that has ended nothing is news
inner join raw_series as series
    on current_.series_number = series.series_number and series.is_living
inner join raw_cells as cells
    on
        jumps.vintage_number = cells.vintage_number
        and jumps.observation_year = cells.observation_year
inner join raw_cells as before
    on
        jumps.vintage_number = before.vintage_number
        and jumps.observation_year - 1 = before.observation_year
left join raw_shifts as revised
    on
        jumps.vintage_number = revised.vintage_number
        and revised.observation_year
        = case when jumps.is_of_year_before then before.observation_year else cells.observation_year end
where jumps.place = 1;
