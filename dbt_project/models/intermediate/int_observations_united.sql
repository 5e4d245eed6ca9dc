{{ config(materialized='table') }}

with builds as (
    select * from {{ ref('int_builds_described') }}
),

-- another source of observations is one more `union all` here
united as (
    select
        {{ observation_columns() }}
    from {{ ref('stg_world_bank__observations') }}
    union all
    select
        {{ observation_columns() }}
    from {{ ref('stg_adb__observations') }}
    union all
    select
        {{ observation_columns() }}
    from {{ ref('int_observations_submitted') }}
    union all
    select
        {{ observation_columns() }}
    from {{ ref('int_observations_derived') }}
),

-- known is what the source had published by as_of, never what was loaded by then
known as (
    select united.*
    from united
    inner join builds
        on united.known_from <= builds.as_of_date
)

select * from known
