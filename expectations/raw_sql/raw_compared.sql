-- What changed between each open vintage and its reference: only cells beyond floating-point noise are kept.
create or replace temp table raw_pairs as
select
    vintages.*,
    references_.reference_number,
    coalesce(vintages.unit_key = before.unit_key, false) as is_same_unit,
    coalesce(before.values_mask, 0) as mask_before,
    before.average_value as average_before,
    raw_count(vintages.values_mask & coalesce(before.values_mask, 0)) as common_count
from raw_open as open
inner join raw_vintages as vintages on open.vintage_number = vintages.vintage_number
inner join raw_references as references_ on open.vintage_number = references_.vintage_number
left join raw_vintages as before on references_.reference_number = before.vintage_number;

create or replace temp table raw_changes as
select
    pairs.vintage_number,
    cells.observation_year,
    cells.value,
    before.value as value_before,
    abs(
        (cells.value - before.value)
        / coalesce(nullif(abs(before.value), 0), nullif(abs(pairs.average_before), 0), 1)
    ) as relative_change
from raw_pairs as pairs
inner join raw_cells as cells on pairs.vintage_number = cells.vintage_number
inner join raw_cells as before
    on
        pairs.reference_number = before.vintage_number
        and cells.observation_year = before.observation_year
cross join raw_limits as limits
where
    pairs.is_same_unit
    and abs(cells.value - before.value) > abs(before.value) * limits.value_noise_ratio;
