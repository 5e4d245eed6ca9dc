-- What the gate on raw finds in the large plan, as one plain statement: of one source, whose series have at most
-- three vintages and which sends whole grids. The gate itself knows none of that.
with series as (
    select
        kpi_series.series_code,
        kpi_series.series_title,
        kpi_series.unit_code,
        kpis.plausible_min,
        kpis.plausible_max,
        $newest_due_year as newest_due_year
    from read_csv('$plan/kpi_series.csv', all_varchar = true) as kpi_series
    inner join read_csv('$plan/kpis.csv', types = {'plausible_min': 'double', 'plausible_max': 'double'}) as kpis
        on kpi_series.kpi_code = kpis.kpi_code
),

titles as (
    select series_code, series_title, unit_code from series
    union
    select series_code, series_title, unit_code from read_csv('$plan/former_series_titles.csv', all_varchar = true)
    union
    select series_code, series_title, unit_code from read_csv('$plan/weight_series.csv', all_varchar = true)
),

countries as (
    select country_code from read_csv('$plan/countries.csv', all_varchar = true)
),

-- numbers in place of names: strings of ten million rows would not fit
snapshots as materialized (
    select
        *,
        cast(dense_rank() over (order by series_name) as smallint) as series,
        cast(row_number() over (order by snapshot_name) as integer) as snapshot_id
    from (
        select
            landed.series as series_name,
            landed.snapshot_id as snapshot_name,
            any_value(landed.vintage_date) as vintage_date,
            any_value(landed.series_title) as series_title
        from inputs.world_bank_observations as landed
        where landed.vintage_date <= date '$as_of'
        group by landed.series, landed.snapshot_id
    )
),

economies as materialized (
    select country_code, cast(row_number() over (order by country_code) as smallint) as economy from countries
),

cells as materialized (
    select
        snapshots.snapshot_id,
        snapshots.series,
        economies.economy,
        case
            when length(landed.time) = 4 then try_cast(landed.time as smallint)
            when length(landed.time) = 6 and starts_with(landed.time, 'YR') then try_cast(right(landed.time, 4) as smallint)
            else null
        end as year,
        landed.value,
        landed.problem is not null or not isfinite(landed.value) as is_unreadable
    from inputs.world_bank_observations as landed
    inner join snapshots on landed.snapshot_id = snapshots.snapshot_name
    inner join economies on landed.economy = economies.country_code
),

measured as (
    select
        snapshot_id,
        economy,
        count(value) as values_count,
        count(*) - count(year) + count_if(year > $as_of_year + 1) as bad_years_count,
        bool_or(is_unreadable) as is_unreadable,
        count(year) - bit_count(bit_or(cast(1 as hugeint) << cast(year - 1990 as integer))) as doubled_count,
        bit_or(case when value is null then null else cast(1 as hugeint) << cast(year - 1990 as integer) end) as mask,
        min(value) as least_value,
        max(value) as greatest_value,
        avg(value) as average_value,
        min(case when value is null then null else year end) as first_year,
        max(case when value is null then null else year end) as last_year
    from cells
    group by snapshot_id, economy
),

vintages as materialized (
    select
        measured.*,
        snapshots.series,
        snapshots.series_name,
        snapshots.vintage_date,
        titles.unit_code,
        lag(measured.snapshot_id) over by_date as first_before,
        lag(measured.snapshot_id, 2) over by_date as second_before
    from measured
    inner join snapshots on measured.snapshot_id = snapshots.snapshot_id
    left join titles
        on snapshots.series_name = titles.series_code and snapshots.series_title = titles.series_title
    window by_date as (partition by snapshots.series, measured.economy order by snapshots.vintage_date)
),

standing as (
    select
        vintages.series,
        vintages.economy,
        vintages.snapshot_id,
        unnest([
            case when is_unreadable then 'raw.cell.readable' end,
            case when doubled_count > 0 then 'raw.cell.unique' end,
            case when bad_years_count > 0 then 'raw.year.known' end,
            case when vintages.unit_code is null and values_count > 0 then 'raw.unit.known' end,
            case
                when least_value < series.plausible_min or greatest_value > series.plausible_max
                    then 'raw.range'
            end
        ]) as check_id
    from vintages
    left join series on vintages.series_name = series.series_code and vintages.unit_code = series.unit_code
),

pairs as (
    select vintages.*, first_before as before_id, 1 as distance from vintages where first_before is not null
    union all
    select vintages.*, second_before as before_id, 2 as distance from vintages where second_before is not null
),

-- whole grids: the cell of the vintage before is that of the row before
beside as (
    select
        cells.*,
        lag(value) over vintage_order as first_value,
        lag(value, 2) over vintage_order as second_value
    from cells
    semi join (select distinct series from pairs) as several on cells.series = several.series
    inner join snapshots on cells.snapshot_id = snapshots.snapshot_id
    window vintage_order as (partition by cells.series, economy, year order by vintage_date)
),

told as (
    select series, economy, snapshot_id, year, value, 1 as distance, first_value as value_before from beside
    union all
    select series, economy, snapshot_id, year, value, 2 as distance, second_value as value_before from beside
),

changed as materialized (
    select
        told.series,
        told.economy,
        told.snapshot_id,
        told.distance,
        pairs.before_id,
        told.year,
        told.value,
        told.value_before,
        abs(told.value - told.value_before)
        / coalesce(nullif(abs(told.value_before), 0), nullif(abs(known.average_value), 0), 1) as relative
    from told
    inner join pairs
        on
            told.snapshot_id = pairs.snapshot_id
            and told.economy = pairs.economy
            and told.distance = pairs.distance
    inner join vintages as known
        on pairs.before_id = known.snapshot_id and pairs.economy = known.economy
    where
        pairs.unit_code = known.unit_code
        and abs(told.value - told.value_before) > abs(told.value_before) * $value_noise_ratio
),

moves as (
    select
        changed.series,
        changed.economy,
        changed.snapshot_id,
        changed.distance,
        changed.before_id,
        count(*) as changed_count,
        count_if(100 * relative > $revision_large_pct) as large_count,
        median(value / nullif(value_before, 0)) as ratio
    from changed
    group by all
),

wholly_moved as materialized (
    select moves.series, moves.economy, moves.snapshot_id, moves.distance, moves.before_id, moves.changed_count
    from moves
    inner join vintages using (series, economy, snapshot_id)
    where 2 * moves.changed_count > vintages.values_count and moves.changed_count >= $moved_cells_number
),

elsewhere as (
    select
        wholly_moved.series,
        wholly_moved.economy,
        wholly_moved.snapshot_id,
        wholly_moved.distance
    from wholly_moved
    inner join changed using (series, economy, snapshot_id, distance)
    inner join (select snapshot_id, economy, year, value from cells) as before
        on wholly_moved.before_id = before.snapshot_id and changed.value = before.value
    where
        (before.economy = wholly_moved.economy and abs(before.year - changed.year) = 1)
        or (before.economy != wholly_moved.economy and before.year = changed.year)
    group by
        wholly_moved.series, wholly_moved.economy, wholly_moved.snapshot_id, wholly_moved.distance,
        before.economy, before.year - changed.year
    having 100 * count(*) >= any_value($moved_share_pct * (wholly_moved.changed_count - 1))
),

compared as (
    select
        pairs.series,
        pairs.economy,
        pairs.snapshot_id,
        pairs.distance,
        unnest([
            case when moves.large_count > 0 then 'raw.revision' end,
            case
                when
                    100 * cast(bit_count(known.mask & ~coalesce(pairs.mask, 0)) as integer)
                    > $coverage_drop_pct * bit_count(known.mask)
                    then 'raw.values.lost'
            end,
            case
                when
                    2 * moves.changed_count > bit_count(known.mask & pairs.mask)
                    and moves.ratio > 0
                    and list_min([
                        abs(abs(ln(moves.ratio)) - ln(factor)) for factor in [12, 30.4375, 100, 365.25, 1000, 1000000]
                    ]) <= ln(1 + $scale_tolerance_pct / 100)
                    then 'raw.scale'
            end,
            case when elsewhere.series is not null then 'raw.values.moved' end
        ]) as check_id
    from pairs
    inner join vintages as known
        on pairs.series = known.series and pairs.economy = known.economy and pairs.before_id = known.snapshot_id
    left join moves
        on
            pairs.series = moves.series
            and pairs.economy = moves.economy
            and pairs.snapshot_id = moves.snapshot_id
            and pairs.distance = moves.distance
    left join (select distinct * from elsewhere) as elsewhere
        on
            pairs.series = elsewhere.series
            and pairs.economy = elsewhere.economy
            and pairs.snapshot_id = elsewhere.snapshot_id
            and pairs.distance = elsewhere.distance
),

-- a vintage is compared with the one before, or the one before that if that was held back
held as (
    select distinct series, economy, snapshot_id from standing where check_id is not null
),

second_held as (
    select distinct compared.series, compared.economy, compared.snapshot_id
    from compared
    inner join vintages using (series, economy, snapshot_id)
    where compared.distance = 1 and vintages.second_before is null and compared.check_id is not null
    union
    select * from held
),

judged as (
    select compared.check_id, compared.series, compared.economy, compared.snapshot_id
    from compared
    inner join vintages using (series, economy, snapshot_id)
    left join second_held as before
        on
            vintages.series = before.series
            and vintages.economy = before.economy
            and vintages.first_before = before.snapshot_id
    where compared.check_id is not null and compared.distance = case when before.series is null then 1 else 2 end
    union
    select check_id, series, economy, snapshot_id from standing where check_id is not null
    union
    select 'raw.scale' as check_id, series, economy, snapshot_id
    from (
        select
            *,
            min(nullif(average_value, 0)) over others as least_other,
            max(nullif(average_value, 0)) over others as greatest_other
        from vintages
        where first_before is null and values_count > 0 and series_name in (select series_code from series)
        window others as (
            partition by snapshot_id rows between unbounded preceding and unbounded following exclude current row
        )
    )
    where
        average_value * $scale_outlier_ratio < least_other
        or average_value > $scale_outlier_ratio * greatest_other
),

current_ones as materialized (
    select vintages.*, known.mask as mask_before, known.snapshot_id as known_id
    from (
        select * from vintages
        anti join judged using (series, economy, snapshot_id)
        qualify row_number() over (partition by series, economy order by vintage_date desc) = 1
    ) as vintages
    left join (
        select known.* from vintages as known anti join judged using (series, economy, snapshot_id)
    ) as known
        on
            vintages.series = known.series
            and vintages.economy = known.economy
            and vintages.unit_code = known.unit_code
            and vintages.vintage_date > known.vintage_date
    qualify row_number() over (
        partition by vintages.series, vintages.economy order by known.vintage_date desc nulls last
    ) = 1
),

steps as materialized (
    select
        current_ones.series,
        current_ones.economy,
        cells.year,
        cells.year - lag(cells.year) over years as distance,
        case
            when cells.year - lag(cells.year) over years > 1 then null
            when least_value > 0 then ln(cells.value / lag(cells.value) over years)
            else (cells.value - lag(cells.value) over years) / nullif(abs(average_value), 0)
        end as step,
        case
            when mask_before is null then cells.year = current_ones.last_year
            else (mask_before >> cast(cells.year - 1990 as integer)) & 1 = 0
        end as is_new
    from current_ones
    inner join cells
        on current_ones.snapshot_id = cells.snapshot_id and current_ones.economy = cells.economy
    where cells.value is not null
    window years as (partition by current_ones.series, current_ones.economy order by cells.year)
),

medians as (
    select series, economy, median(step) as usual, count(step) as past_count
    from steps
    where not is_new and distance is not null
    group by series, economy
),

bounds as (
    select series, economy, usual,
        $jump_deviations_ratio * median(abs(step - usual)) as reach
    from medians
    inner join steps using (series, economy)
    where not steps.is_new and past_count >= $jump_past_number
    group by series, economy, usual
),

shifts as materialized (
    select
        changed.series,
        changed.economy,
        changed.year,
        case
            when least_value > 0 and value_before > 0 then ln(value / value_before)
            else (value - value_before) / nullif(abs(average_value), 0)
        end as shift
    from changed
    inner join current_ones
        on
            changed.series = current_ones.series
            and changed.economy = current_ones.economy
            and changed.snapshot_id = current_ones.snapshot_id
            and changed.before_id = current_ones.known_id
),

revised as (
    select series, economy, year, abs(sum(shift)) as distance_moved
    from (
        select series, economy, year, shift from shifts
        union all
        select series, economy, year + 1, -shift from shifts
    )
    group by series, economy, year
),

warned as (
    select distinct 'raw.jump' as check_id, series, economy
    from steps
    inner join bounds using (series, economy)
    where is_new and abs(step - usual) > greatest(reach, ln(1 + $jump_smallest_pct / 100))
    union
    select distinct 'raw.jump' as check_id, series, economy
    from steps
    inner join bounds using (series, economy)
    inner join revised using (series, economy, year)
    where
        not is_new
        and abs(step - usual) > greatest(reach, ln(1 + $jump_revised_smallest_pct / 100))
        and distance_moved > greatest(reach, ln(1 + $jump_revised_smallest_pct / 100))
    union all
    select 'raw.factor' as check_id, shifts.series, shifts.economy
    from shifts
    inner join current_ones using (series, economy)
    where least_value > 0
    group by shifts.series, shifts.economy
    having
        count(*) >= $moved_cells_number
        and count(*) = any_value(bit_count(mask & mask_before))
        and 100 * abs(exp(median(shift)) - 1) <= $revision_large_pct
        and (
            100 * (max(shift) - min(shift)) <= $factor_spread_pct * abs(median(shift))
            or (
                count(*) >= $factor_revised_cells_number
                and 100 * abs(exp(median(shift)) - 1) >= $factor_revised_smallest_pct
                and 100 * (max(shift) - min(shift)) <= $factor_revised_spread_pct * abs(median(shift))
            )
        )
    union all
    select 'raw.years.missing' as check_id, current_ones.series, economy
    from current_ones
    inner join series on current_ones.series_name = series.series_code
    where
        values_count > 0
        and ((cast(1 as hugeint) << cast(last_year - 1989 as integer)) - (cast(1 as hugeint) << cast(first_year - 1990 as integer))
        | coalesce(mask_before, 0)) & ~mask != 0
    union all
    select 'raw.freshness' as check_id, late.series, late.economy
    from (select *, max(last_year) over (partition by series) as newest_of_all from current_ones) as late
    inner join series on late.series_name = series.series_code
    left join (select series, economy, max(distance) as longest from steps group by all) as rhythms
        on late.series = rhythms.series and late.economy = rhythms.economy
    where
        newest_of_all >= newest_due_year
        and last_year + coalesce(longest, 1) <= newest_due_year
)

select check_id, snapshots.series_name as series_code, economies.country_code, snapshots.snapshot_name as snapshot_id
from (
    select check_id, economy, snapshot_id from judged
    union all
    select warned.check_id, warned.economy, current_ones.snapshot_id
    from warned
    inner join current_ones using (series, economy)
) as found
inner join snapshots on found.snapshot_id = snapshots.snapshot_id
inner join economies on found.economy = economies.economy
