with kpis as (
    select * from {{ ref('stg_plan__kpis') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- a KPI of a later version of the plan leaves what was said before it as it was
dated as (
    select
        kpis.*,
        cast(extract(year from kpis.valid_from_date) as integer) as valid_from_year
    from kpis
    cross join builds
    where
        (kpis.valid_from_date is null or kpis.valid_from_date <= builds.as_of_date)
        and (kpis.valid_to_date is null or kpis.valid_to_date >= builds.as_of_date)
)

select * from dated
