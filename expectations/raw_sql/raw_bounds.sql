-- More checks that look at a vintage alone: its unit, its range, and what a submission speaks of.
insert into raw_findings by name
select
    'raw.unit.known' as check_id,
    vintages.vintage_number,
    'a title that the plan does not know' as observed_value,
    vintages.values_count as failing_rows_count
from raw_vintages as vintages
where vintages.unit_code is null and vintages.values_count > 0;

insert into raw_findings by name
select
    'raw.unit.known' as check_id,
    names.vintage_number,
    min(sent.observation_year) as observation_year,
    coalesce(min(sent.unit_code), 'no unit') as observed_value,
    any_value(names.unit_code) as expected,
    count(*) as failing_rows_count
from raw_sent as sent
inner join raw_vintage_names as names
    on
        sent.submission_id = names.snapshot_id
        and sent.series_number = names.series_number
        and sent.country_code = names.country_code
where sent.value is not null and sent.unit_code is distinct from names.unit_code
group by names.vintage_number;

insert into raw_findings by name
select
    'raw.submission.known' as check_id,
    sent.submission_id as stray_submission_id,
    sent.kpi_code as stray_kpi_code,
    sent.country_code as stray_country_code,
    min(sent.observation_year) as observation_year,
    concat_ws(' ', sent.kpi_code, sent.country_code) as observed_value,
    count(*) as failing_rows_count
from raw_sent as sent
where
    sent.series_number is null
    or sent.country_code not in (select country_code from raw_countries)
group by sent.submission_id, sent.kpi_code, sent.country_code;

insert into raw_findings by name
with outside as (
    select
        cells.vintage_number,
        cells.observation_year,
        cells.value,
        series.plausible_min,
        series.plausible_max,
        row_number() over (
            partition by cells.vintage_number
            order by
                greatest(series.plausible_min - cells.value, cells.value - series.plausible_max)
                desc,
                cells.observation_year
        ) as place,
        count(*) over (partition by cells.vintage_number) as outside_count
    from raw_vintages as vintages
    inner join raw_series as series
        on vintages.series_number = series.series_number and vintages.unit_code = series.unit_code
    inner join raw_cells as cells on vintages.vintage_number = cells.vintage_number
    where
        (
            vintages.least_value < series.plausible_min
            or vintages.greatest_value > series.plausible_max
        )
        and isfinite(cells.value)
        and (cells.value < series.plausible_min or cells.value > series.plausible_max)
)

select
    checks.check_id,
    outside.vintage_number,
    outside.observation_year,
    raw_number(outside.value) as observed_value,
    format(checks.expected, raw_number(outside.plausible_min), raw_number(outside.plausible_max))
        as expected,
    outside.outside_count as failing_rows_count
from outside
inner join raw_checks as checks on checks.check_id = 'raw.range'
where outside.place = 1;
