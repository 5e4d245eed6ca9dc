with countries as (
    select * from {{ ref('stg_plan__countries') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- the region is the group of all
grouped as (
    select
        group_code,
        country_code
    from countries
    union
    select
        builds.region_code as group_code,
        countries.country_code
    from countries
    cross join builds
    where builds.region_code is not null
)

select * from grouped
