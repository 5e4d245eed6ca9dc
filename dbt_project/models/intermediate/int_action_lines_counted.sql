with goal_progress as (
    select * from {{ ref('goal_progress') }}
    where is_current
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

missing_lines as (
    select
        desired_outcomes.goal_code,
        count(*) as lines_known_missing_count
    from known_missing
    inner join actions
        on known_missing.action_code = actions.action_code
    inner join desired_outcomes
        on actions.outcome_code = desired_outcomes.outcome_code
    group by desired_outcomes.goal_code
),

-- until anything is reported nothing is known of completion: that is null, not 0
counted as (
    select
        goal_progress.goal_code,
        goal_progress.lines_count,
        coalesce(missing_lines.lines_known_missing_count, 0) as lines_known_missing_count,
        goal_progress.due_lines_count,
        goal_progress.lines_count - goal_progress.ever_reported_count as lines_not_reported_count,
        case
            when goal_progress.ever_reported_count > 0
                then goal_progress.completed_on_time_count + goal_progress.completed_late_count
            else null
        end as lines_completed_count,
        case
            when goal_progress.ever_reported_count > 0 then goal_progress.past_due_count
            else null
        end as lines_overdue_count,
        goal_progress.on_time_rate_pct,
        goal_progress.delivery_rate_pct,
        goal_progress.is_illustrative
    from goal_progress
    left join missing_lines
        on goal_progress.goal_code = missing_lines.goal_code
)

select * from counted
