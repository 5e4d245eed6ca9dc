-- Partitions of the round in another scale: than before or, where nothing came before, than all others.
create or replace temp table raw_scale_changes as
-- values of a KPI are of one order of magnitude in all countries; where nothing came before, that is all there is
with first_ones as (
    select
        pairs.*,
        count(*) over others as others_count,
        min(nullif(pairs.average_value, 0)) over others as least_other,
        max(nullif(pairs.average_value, 0)) over others as greatest_other
    from raw_pairs as pairs
    inner join raw_series as series on pairs.series_number = series.series_number
    where series.is_comparable and pairs.is_whole and pairs.values_count > 0
    window others as (
        partition by pairs.snapshot_number
        rows between unbounded preceding and unbounded following
        exclude current row
    )
),

-- the scale factor that a partition moved by, if it is one
scaled as (
    select
        moves.vintage_number,
        moves.median_ratio,
        moves.changed_count,
        arg_min(scales.factor, abs(abs(ln(moves.median_ratio)) - ln(scales.factor))) as factor
    from raw_moves as moves
    cross join raw_limits as limits
    inner join raw_scales as scales
        on
            moves.median_ratio > 0
            and abs(abs(ln(moves.median_ratio)) - ln(scales.factor))
            <= ln(1 + limits.scale_tolerance_pct / 100)
    group by moves.vintage_number, moves.median_ratio, moves.changed_count
)

select
    vintage_number,
    format(
        'values about {} times {}',
        raw_number(factor), case when median_ratio < 1 then 'smaller' else 'larger' end
    ) as observed_value,
    [] as facts,
    changed_count as failing_rows_count
from scaled
union all
select
    first_ones.vintage_number,
    format('{:.4g} on average', first_ones.average_value),
    [format(
        'the other countries, {:.4g} to {:.4g}',
        first_ones.least_other, first_ones.greatest_other
    )],
    first_ones.values_count
from first_ones cross join raw_limits as limits
where
    first_ones.reference_number is null
    and first_ones.others_count >= limits.scale_outlier_countries_number
    and (
        first_ones.average_value * limits.scale_outlier_ratio < first_ones.least_other
        or first_ones.average_value > limits.scale_outlier_ratio * first_ones.greatest_other
    );
