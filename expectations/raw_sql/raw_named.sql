-- Every finding with the names of what it speaks of.
create temp table raw_named as
with named as (
    select
        findings.*,
        checks.severity,
        checks.check_number,
        checks.next_step as step_text,
        limits.first_year + vintages.last_place as newest_year,
        coalesce(findings.expected, checks.expected) as expected_text,
        coalesce(names.table_name, 'inputs.kpi_submissions') as table_name,
        coalesce(names.source_code, (select min(source_code) from raw_series where is_submitted), '')
            as source_code,
        coalesce(names.series_code, findings.stray_kpi_code) as series_code,
        coalesce(series.kpi_code, findings.stray_kpi_code) as kpi_code,
        coalesce(names.country_code, findings.stray_country_code) as country_code,
        coalesce(names.snapshot_id, findings.stray_submission_id) as snapshot_id,
        coalesce(names.vintage_date, sent.vintage_date) as vintage_date,
        vintages.rows_count,
        coalesce(standings.is_in_force, true) as is_in_force,
        standings.good_vintage_number,
        coalesce(standings.held_since_date, sent.vintage_date) as held_since_date
    from raw_findings as findings
    cross join raw_limits as limits
    inner join raw_checks as checks on findings.check_id = checks.check_id
    left join raw_vintage_names as names on findings.vintage_number = names.vintage_number
    left join raw_vintages as vintages on findings.vintage_number = vintages.vintage_number
    left join raw_standings as standings on findings.vintage_number = standings.vintage_number
    left join raw_series as series on names.series_number = series.series_number
    left join (
        select submission_id, min(told_date) as vintage_date from raw_sent group by submission_id
    ) as sent on findings.stray_submission_id = sent.submission_id
)

select
    * exclude (expected, expected_text),
    expected_text as expected,
    concat_ws(
        ':', check_id, series_code, country_code,
        case
            when severity = 'critical' then snapshot_id
            -- a warning stands until what it says changes, whatever vintage says it again
            when starts_with(observed_value, 'none in ')
                then replace(substr(observed_value, 9), ', ', '+')
            else coalesce(cast(observation_year as varchar), 'none')
        end,
        -- who lets a figure pass that looks odd has seen that figure, and no other one of the year
        case when check_id in ('raw.jump', 'raw.factor') then left(md5(observed_value), 6) end
    ) as finding_id
from named;
