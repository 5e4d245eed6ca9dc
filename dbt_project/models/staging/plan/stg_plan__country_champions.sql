with source as (
    select * from {{ ref('country_champions') }}
),

renamed as (
    select
        cast(goal_code as string) as goal_code,
        cast(country_code as string) as country_code
    from source
)

select * from renamed
order by goal_code, country_code
