{{ config(materialized='table') }}

with builds as (
    select * from {{ source('inputs', 'builds') }}
),

plans as (
    select * from {{ ref('stg_plan__plans') }}
),

described as (
    select
        plans.plan_code,
        plans.baseline_policy,
        plans.region_code,
        plans.leading_group_code,
        plans.following_group_code,
        cast(extract(year from builds.as_of_date) as integer) as as_of_year,
        plans.baseline_year as plan_baseline_year,
        plans.first_observation_year,
        builds.as_of_date,
        plans.plan_start_date,
        plans.plan_end_date
    from builds
    cross join plans
)

select * from described
