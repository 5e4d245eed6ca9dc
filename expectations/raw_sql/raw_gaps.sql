-- Warnings of what is not there: of a KPI's first series while it lives, a second choice may well have gaps.
create temp view raw_owing as
select
    current_.*,
    series.newest_due_year
from raw_current as current_
inner join raw_series as series on current_.series_number = series.series_number
where series.is_first_choice and series.is_living;

insert into raw_findings by name
with spans as (
    select
        owing.vintage_number,
        limits.first_year,
        owing.first_place,
        owing.last_place,
        -- from the first to the last year with a value, and what the vintage before had, unless a person said
        -- that it is gone
        ((cast(1 as hugeint) << (owing.last_place + 1)) - (cast(1 as hugeint) << owing.first_place)
        | case
            when acknowledged.check_id is null then owing.mask_before else 0
        end) & ~owing.values_mask as missing_mask
    from raw_owing as owing
    cross join raw_limits as limits
    left join raw_acknowledged as acknowledged
        on
            owing.vintage_number = acknowledged.vintage_number
            and acknowledged.check_id = 'raw.values.lost'
    where owing.values_count > 0
)

select
    checks.check_id,
    spans.vintage_number,
    cast(list_min(raw_years(spans.missing_mask)) as integer) as observation_year,
    'none in ' || array_to_string(raw_years(spans.missing_mask), ', ') as observed_value,
    raw_filled(
        checks.expected, [spans.first_year + spans.first_place, spans.first_year + spans.last_place]
    ) as expected,
    raw_count(spans.missing_mask) as failing_rows_count
from spans
inner join raw_checks as checks on checks.check_id = 'raw.years.missing'
where spans.missing_mask != 0;

insert into raw_findings by name
select
    checks.check_id,
    owing.vintage_number,
    'not a single value' as observed_value,
    checks.expected,
    owing.rows_count as failing_rows_count
from raw_owing as owing
inner join raw_checks as checks on checks.check_id = 'raw.country.missing'
semi join raw_available as available
    on
        owing.series_number = available.series_number
        and owing.country_number = available.country_number
where
    owing.values_count = 0
    -- another series of the KPI may serve the country
    and not exists (
        select 1
        from raw_kpi_series as own
        inner join raw_kpi_series as others on own.kpi_code = others.kpi_code
        inner join raw_current as serving on others.series_number = serving.series_number
        where
            own.series_number = owing.series_number
            and serving.country_number = owing.country_number
            and serving.values_count > 0
    );
