with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

points as (
    select
        kpi_code,
        country_code,
        observation_year
    from {{ ref('int_observations_matched') }}
    where value is not null
),

-- the latest point, and the one that would be latest without it
latest as (
    select
        expected_kpis.kpi_code,
        expected_kpis.country_code,
        'latest' as endpoint_code,
        max(points.observation_year) as end_year
    from expected_kpis
    left join points
        on
            expected_kpis.kpi_code = points.kpi_code
            and expected_kpis.country_code = points.country_code
    group by expected_kpis.kpi_code, expected_kpis.country_code
),

previous as (
    select
        latest.kpi_code,
        latest.country_code,
        'previous' as endpoint_code,
        max(points.observation_year) as end_year
    from latest
    left join points
        on
            latest.kpi_code = points.kpi_code
            and latest.country_code = points.country_code
            and latest.end_year > points.observation_year
    group by latest.kpi_code, latest.country_code
),

dated as (
    select * from latest
    union all
    select * from previous
)

select * from dated
