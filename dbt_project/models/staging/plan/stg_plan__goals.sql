with source as (
    select * from {{ ref('goals') }}
),

renamed as (
    select
        cast(goal_code as string) as goal_code,
        cast(goal_name as string) as goal_name
    from source
)

select * from renamed
order by goal_code
