with builds as (
    select * from {{ ref('int_builds_described') }}
),

world_bank as (
    select
        *,
        false as is_illustrative
    from {{ ref('stg_world_bank__observations') }}
),

-- another source of observations is one more `union all` here
united as (
    select * from world_bank
),

-- known is what the source had published by as_of, never what was loaded by then
known as (
    select
        united.*,
        united.vintage_date as known_from
    from united
    inner join builds
        on united.vintage_date <= builds.as_of_date
)

select * from known
