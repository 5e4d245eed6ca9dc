with source as (
    select * from {{ source('inputs', 'progress_submissions') }}
),

-- initial due dates never change: the plan's own count, not what a report takes them for
renamed as (
    select
        cast(submission_id as string) as submission_id,
        cast(party_code as string) as party_code,
        cast(action_line_code as string) as action_line_code,
        cast(currency_code as string) as currency_code,
        cast(reporting_period as string) as reporting_period,
        cast(reported_status as string) as reported_status,
        cast(output_quality as integer) as output_quality,
        cast(complete_pct as double) as complete_pct,
        cast(budget_planned as double) as budget_planned,
        cast(budget_spent as double) as budget_spent,
        cast(personnel_planned as double) as personnel_planned,
        cast(personnel_actual as double) as personnel_actual,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(coalesce(is_superseded, false) as boolean) as is_superseded,
        cast(coalesce(is_retracted, false) as boolean) as is_retracted,
        cast(start_date as date) as start_date,
        cast(current_due_date as date) as current_due_date,
        cast(completed_date as date) as completed_date,
        cast(known_from as date) as known_from,
        cast(submitted_at as timestamp) as submitted_at,
        cast(coalesce(accepted_at, submitted_at) as timestamp) as accepted_at
    from source
)

select * from renamed
