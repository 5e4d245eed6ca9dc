with kpi_values as (
    select * from {{ ref('stg_submissions__kpi_values') }}
),

line_reports as (
    select * from {{ ref('stg_submissions__line_reports') }}
),

submitted_kpis as (
    select distinct
        kpi_code,
        unit_code
    from {{ ref('stg_plan__kpi_series') }}
    where source_state = 'submitted'
),

judged as (
    select
        kpi_values.submission_id,
        kpi_values.kpi_code as item_code,
        case
            when submitted_kpis.kpi_code is null then 'no series of the KPI is submitted'
            when countries.country_code is null then 'the country is no member of the plan'
            when kpi_values.unit_code != submitted_kpis.unit_code and kpi_values.value is not null
                then 'the unit is not that of the registry'
            when not coalesce(kpi_values.value - kpi_values.value = 0, true)
                then 'the value is no number'
            else null
        end as fault
    from kpi_values
    left join submitted_kpis
        on kpi_values.kpi_code = submitted_kpis.kpi_code
    left join {{ ref('stg_plan__countries') }} as countries
        on kpi_values.country_code = countries.country_code
    where not kpi_values.is_held_back
    union all
    select
        line_reports.submission_id,
        line_reports.action_line_code as item_code,
        case
            when action_lines.action_line_code is null then 'the plan has no such action line'
            when periods.reporting_period is null then 'the plan has no such reporting period'
            when
                line_reports.currency_code is null
                and coalesce(line_reports.budget_planned, line_reports.budget_spent) is not null
                then 'the budget has no currency'
            else null
        end as fault
    from line_reports
    inner join {{ ref('int_builds_described') }} as builds
        on line_reports.known_from <= builds.as_of_date
    left join {{ ref('stg_plan__action_lines') }} as action_lines
        on line_reports.action_line_code = action_lines.action_line_code
    left join {{ ref('int_periods_listed') }} as periods
        on line_reports.reporting_period = periods.reporting_period
)

select * from judged
where fault is not null
