-- Answers that were refused as a whole: every country of the series rests on older figures because of it.
insert into raw_told by name
with good_vintages as (
    select
        vintages.series_number,
        vintages.country_number,
        max_by(vintages.vintage_number, vintages.order_number) as good_vintage_number
    from raw_vintages as vintages
    inner join raw_settled as settled on vintages.vintage_number = settled.vintage_number
    where settled.is_good
    group by vintages.series_number, vintages.country_number
)

select
    checks.check_id,
    checks.check_number,
    checks.severity,
    'inputs.refused_answers' as table_name,
    series.source_code,
    series.series_code,
    series.kpi_code,
    countries.country_code,
    refused.vintage_date,
    refused.observed_value,
    checks.expected,
    refused.finding_id,
    refused.message,
    refused.next_step,
    1 as rows_count,
    1 as failing_rows_count,
    true as is_in_force,
    false as is_acknowledged,
    refused.since_date as held_since_date,
    good_vintages.good_vintage_number
from inputs.refused_answers as refused
inner join raw_checks as checks on checks.check_id = 'raw.answer.usable'
-- a series that the plan no longer knows serves nobody
inner join raw_series as series
    on refused.source_code = series.source_code and refused.series_code = series.series_code
cross join raw_countries as countries
left join good_vintages
    on
        series.series_number = good_vintages.series_number
        and countries.country_number = good_vintages.country_number;
