with acknowledged_revisions as (
    select
        series_code,
        country_code,
        vintage_date
    from {{ ref('stg_plan__acknowledged_revisions') }}
    union all
    select
        series_code,
        country_code,
        vintage_date
    from {{ ref('stg_quality__acknowledgements') }}
),

derived_series as (
    select * from {{ ref('stg_plan__derived_series') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

-- who looked at a part of a ratio looked at what it does to the ratio
acknowledged_series as (
    select * from acknowledged_revisions
    union all
    select
        derived_series.series_code,
        acknowledged_revisions.country_code,
        acknowledged_revisions.vintage_date
    from acknowledged_revisions
    inner join derived_series
        on
            acknowledged_revisions.series_code in (
                derived_series.numerator_series_code, derived_series.denominator_series_code
            )
),

-- without a country, the whole vintage is acknowledged
acknowledged_countries as (
    select distinct
        acknowledged_series.series_code,
        acknowledged_series.vintage_date,
        countries.country_code
    from acknowledged_series
    inner join countries
        on
            acknowledged_series.country_code is null
            or acknowledged_series.country_code = countries.country_code
)

select * from acknowledged_countries
