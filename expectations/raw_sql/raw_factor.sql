-- Partitions that moved by one factor; larger ones are revisions that the gate holds back
insert into raw_findings by name
with moved as (
    select
        shifts.vintage_number,
        median(shifts.shift) as shift,
        100 * (max(shifts.shift) - min(shifts.shift)) / abs(median(shifts.shift)) as spread_pct,
        100 * abs(exp(median(shifts.shift)) - 1) as move_pct,
        count(*) as values_count,
        spread_pct <= any_value(limits.factor_spread_pct) as is_exact
    from raw_shifts as shifts
    inner join raw_current as current_ on shifts.vintage_number = current_.vintage_number
    cross join raw_limits as limits
    where current_.least_value > 0
    group by shifts.vintage_number
    having count(*) = any_value(raw_count(current_.values_mask & current_.mask_before))
)

select
    checks.check_id,
    moved.vintage_number,
    format(
        'every value {}{:.4g} times what it was',
        case when moved.is_exact then '' else 'about ' end,
        exp(moved.shift)
    ) as observed_value,
    checks.expected,
    moved.values_count as failing_rows_count
from moved
cross join raw_limits as limits
inner join raw_checks as checks on checks.check_id = 'raw.factor'
where
    moved.values_count >= limits.moved_cells_number
    and moved.move_pct <= limits.revision_large_pct
    and (
        moved.is_exact
        -- one factor beside the revisions of the source
        or (
            moved.values_count >= limits.factor_revised_cells_number
            and moved.move_pct >= limits.factor_revised_smallest_pct
            and moved.spread_pct <= limits.factor_revised_spread_pct
        )
    );
