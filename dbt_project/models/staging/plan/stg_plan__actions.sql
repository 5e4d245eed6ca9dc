with source as (
    select * from {{ ref('actions') }}
),

renamed as (
    select
        cast(action_code as string) as action_code,
        cast(outcome_code as string) as outcome_code,
        cast(action_name as string) as action_name
    from source
)

select * from renamed
order by action_code
