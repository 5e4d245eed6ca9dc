-- What was found, in the words of its readers: the two tables that the models, the status and the alerts read.
create temp table raw_standings as
with judged as (
    select
        vintages.vintage_number,
        vintages.series_number,
        vintages.country_number,
        vintages.order_number,
        coalesce(settled.is_good, false) as is_good
    from raw_vintages as vintages
    left join raw_settled as settled on vintages.vintage_number = settled.vintage_number
    semi join (
        select distinct vintages.series_number, vintages.country_number
        from raw_findings as findings
        inner join raw_vintages as vintages on findings.vintage_number = vintages.vintage_number
    ) as told
        on
            vintages.series_number = told.series_number
            and vintages.country_number = told.country_number
),

followed as (
    select
        *,
        -- nothing good came after it
        not bool_or(is_good) over (
            partition by series_number, country_number
            order by order_number
            rows between 1 following and unbounded following
        ) is true as is_last,
        max(case when is_good then order_number else null end) over (
            partition by series_number, country_number
            order by order_number
            rows between unbounded preceding and 1 preceding
        ) as good_number
    from judged
)

select
    followed.vintage_number,
    followed.is_good,
    followed.is_last as is_in_force,
    good.vintage_number as good_vintage_number,
    min(case when followed.is_good then null else names.vintage_date end) over (
        partition by followed.series_number, followed.country_number, followed.good_number
    ) as held_since_date
from followed
inner join raw_vintage_names as names on followed.vintage_number = names.vintage_number
left join judged as good
    on
        followed.series_number = good.series_number
        and followed.country_number = good.country_number
        and followed.good_number = good.order_number;

create temp table raw_told as
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
),

identified as (
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
            end
        ) as finding_id
    from named
)

select
    identified.* exclude (step_text, newest_year),
    concat_ws(' ', identified.series_code, identified.country_code, observation_year) || ': '
    || case
        when starts_with(unread.wanted, 'a number')
            then format('not {}: {} {}', unread.wanted, observed_value, unread.rule_text)
        else observed_value || ' instead of ' || expected
    end as message,
    -- the names are those of raw_plan.py
    replace(replace(replace(
        step_text,
        '{trace}',
        case
            when kpi_code is null then 'smed status'
            else concat_ws(
                ' ', 'smed trace --kpi', split_part(kpi_code, '|', 1),
                '--country', identified.country_code,
                -- a year that the plan does not know shows nothing
                '--year', coalesce(
                    case when identified.check_id = 'raw.year.known' then null else observation_year end,
                    newest_year, limits.last_year - 1
                )
            )
        end
    ), '{kpi}', coalesce(replace(kpi_code, '|', ' and '), identified.series_code)),
    '{snapshot}', identified.snapshot_id) as next_step,
    case
        when identified.severity = 'critical' then acknowledged.check_id is not null
        else given.finding_id is not null
    end as is_acknowledged
from identified
cross join raw_limits as limits
-- a cell that could not be read: what it should be, and the rule of the extraction that says so
cross join lateral (
    select
        case
            when identified.check_id = 'raw.cell.readable'
                then regexp_extract(expected, '^(.+) (\(\S+\))$', 1)
            else null
        end as wanted,
        regexp_extract(expected, '^(.+) (\(\S+\))$', 2) as rule_text
) as unread
left join raw_acknowledged as acknowledged
    on
        identified.vintage_number = acknowledged.vintage_number
        and identified.check_id = acknowledged.check_id
left join (
    select distinct finding_id from inputs.acknowledgements
    where cast(acknowledged_at as date) <= (select as_of_date from raw_limits)
) as given on identified.finding_id = given.finding_id;
