with source as (
    select * from {{ ref('plans') }}
),

renamed as (
    select
        cast(plan_code as string) as plan_code,
        cast(plan_name as string) as plan_name,
        cast(baseline_policy as string) as baseline_policy,
        cast(section as string) as section,
        cast(region_code as string) as region_code,
        cast(leading_group_code as string) as leading_group_code,
        cast(following_group_code as string) as following_group_code,
        cast(baseline_year as integer) as baseline_year,
        cast(first_observation_year as integer) as first_observation_year,
        cast(plan_start_date as date) as plan_start_date,
        cast(plan_end_date as date) as plan_end_date
    from source
)

select * from renamed
order by plan_code
