{{ config(materialized='table') }}

with action_lines as (
    select * from {{ ref('stg_plan__action_lines') }}
),

actions as (
    select * from {{ ref('stg_plan__actions') }}
),

desired_outcomes as (
    select * from {{ ref('stg_plan__desired_outcomes') }}
),

goals as (
    select * from {{ ref('stg_plan__goals') }}
),

periods as (
    select * from {{ ref('int_periods_listed') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- of a line's reports for a period the newest that was known counts, unless it takes one back
ranked_reports as (
    select
        line_reports.*,
        row_number() over (
            partition by line_reports.action_line_code, line_reports.reporting_period
            order by
                line_reports.known_from desc,
                line_reports.accepted_at desc,
                line_reports.submission_id desc
        ) as newness_rank
    from {{ ref('stg_submissions__line_reports') }} as line_reports
    inner join builds
        on line_reports.known_from <= builds.as_of_date
    where not line_reports.is_superseded
),

-- a day of completion that was still to come when it was told is a hope
followed as (
    select
        action_lines.*,
        goals.goal_code,
        goals.goal_name,
        periods.reporting_period,
        periods.period_start_date,
        periods.period_end_date,
        periods.status_date,
        periods.is_current,
        reports.submission_id,
        reports.currency_code,
        reports.reported_status,
        reports.output_quality,
        reports.complete_pct as reported_complete_pct,
        reports.budget_planned,
        reports.budget_spent,
        reports.personnel_planned,
        reports.personnel_actual,
        reports.start_date,
        reports.current_due_date,
        case
            when reports.completed_date <= cast(reports.submitted_at as date)
                then reports.completed_date
            else null
        end as reported_completed_date,
        reports.is_illustrative as is_report_illustrative
    from action_lines
    cross join periods
    inner join actions
        on action_lines.action_code = actions.action_code
    inner join desired_outcomes
        on actions.outcome_code = desired_outcomes.outcome_code
    inner join goals
        on desired_outcomes.goal_code = goals.goal_code
    left join ranked_reports as reports
        on
            action_lines.action_line_code = reports.action_line_code
            and periods.reporting_period = reports.reporting_period
            and reports.newness_rank = 1
            and not reports.is_retracted
)

select * from followed
