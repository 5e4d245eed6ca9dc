-- Every finding in the words of its readers: the models, the status and the alerts read them.
create temp table raw_told as
select
    identified.* exclude (step_text, newest_year, is_acknowledged),
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
        when identified.severity = 'critical' then coalesce(identified.is_acknowledged, false)
        else given.finding_id is not null
    end as is_acknowledged
from raw_named as identified
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
left join (
    select distinct finding_id from inputs.acknowledgements
    where cast(acknowledged_at as date) <= (select as_of_date from raw_limits)
) as given on identified.finding_id = given.finding_id;
