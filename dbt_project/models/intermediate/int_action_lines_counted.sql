with action_lines as (
    select * from {{ ref('stg_plan__action_lines') }}
),

known_missing as (
    select * from {{ ref('stg_plan__action_lines_known_missing') }}
),

actions as (
    select * from {{ ref('stg_plan__actions') }}
),

desired_outcomes as (
    select * from {{ ref('stg_plan__desired_outcomes') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- progress joins here, one row per reported line; no source of it is held yet
reported_lines as (
    select
        action_line_code,
        due_date as completed_date
    from action_lines
    where false
),

-- 1 counts, 0 does not
lines as (
    select
        action_lines.action_code,
        1 as known,
        0 as known_missing,
        case when due_date <= as_of_date then 1 else 0 end as due,
        case when reported_lines.action_line_code is null then 0 else 1 end as reported,
        case when completed_date <= as_of_date then 1 else 0 end as completed
    from action_lines
    cross join builds
    left join reported_lines
        on action_lines.action_line_code = reported_lines.action_line_code
    union all
    select
        action_code,
        0 as known,
        1 as known_missing,
        0 as due,
        0 as reported,
        0 as completed
    from known_missing
),

-- until anything is reported nothing is known of completion: that is null, not 0
counted as (
    select
        desired_outcomes.goal_code,
        sum(known) as lines_count,
        sum(known_missing) as lines_known_missing_count,
        sum(due) as due_lines_count,
        sum(known) - sum(reported) as lines_not_reported_count,
        case when sum(reported) > 0 then sum(completed) else null end as lines_completed_count,
        case
            when sum(reported) > 0 then sum(due * (1 - completed))
            else null
        end as lines_overdue_count,
        case
            when sum(reported) > 0
                then cast(sum(completed) as double) * 100 / nullif(sum(due), 0)
            else null
        end as delivery_rate_pct
    from lines
    inner join actions
        on lines.action_code = actions.action_code
    inner join desired_outcomes
        on actions.outcome_code = desired_outcomes.outcome_code
    group by desired_outcomes.goal_code
)

select * from counted
