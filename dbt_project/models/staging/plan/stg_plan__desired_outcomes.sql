with source as (
    select * from {{ ref('desired_outcomes') }}
),

renamed as (
    select
        cast(outcome_code as string) as outcome_code,
        cast(goal_code as string) as goal_code,
        cast(outcome_name as string) as outcome_name
    from source
)

select * from renamed
order by outcome_code
