{{ config(materialized='table') }}

with completed_lines as (
    select * from {{ ref('int_lines_completed') }}
),

judged as (
    select
        *,
        completed_date is null and due_date < status_date as is_past_due,
        case
            when completed_date is not null then 100 else reported_complete_pct
        end as complete_pct,
        case
            when completed_date <= due_date then 'completed_on_time'
            when completed_date is not null then 'completed_late'
            when not is_reported then 'not_reported'
            when due_date < status_date then 'overdue'
            when reported_complete_pct > 0 then 'in_progress'
            else 'not_started'
        end as delivery_status
    from completed_lines
),

timed as (
    select
        *,
        complete_pct / 100 as complete_share,
        {{ days_between('due_date', 'current_due_date') }} as drift_days,
        case
            when due_date <= start_date then null
            else
                least(
                    1,
                    greatest(
                        0,
                        cast({{ days_between('start_date', 'status_date') }} as double)
                        / nullif({{ days_between('start_date', 'due_date') }}, 0)
                    )
                )
        end as elapsed_share
    from judged
),

-- what was not reported for the period is not measured, and a zero denominator measures nothing
measured as (
    select
        *,
        case
            when is_reported and start_date is not null and complete_share is not null
                then least(1, greatest(0, complete_share)) / nullif(elapsed_share, 0)
            else null
        end as schedule_index,
        complete_share
        / nullif(budget_spent / nullif(budget_planned, 0), 0) as budget_index,
        personnel_actual / nullif(personnel_planned, 0) as personnel_index
    from timed
)

select * from measured
