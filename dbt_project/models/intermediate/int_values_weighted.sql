{{ config(materialized='table') }}

with observations as (
    select * from {{ ref('int_observations_matched') }}
),

members as (
    select * from {{ ref('int_members_grouped') }}
),

kpis as (
    select * from {{ ref('int_kpis_dated') }}
),

-- only their ratios count: as shares of the largest one they are numbers of one size
weights as (
    select
        series_code,
        country_code,
        observation_year,
        unit_code,
        is_illustrative,
        value / max(value) over (partition by series_code) as value
    from {{ ref('int_observations_corrected') }}
    where
        is_current and value > 0
        and series_code in (select series_code from {{ ref('stg_plan__weight_series') }})
),

sizes as (
    select * from {{ ref('int_values_sized') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- members count alike unless a weight is declared; a hole in it stays a hole
weighted as (
    select
        observations.kpi_code,
        members.group_code,
        observations.country_code,
        observations.unit_code,
        observations.version_unit_code,
        observations.unit_detail,
        observations.observation_year,
        observations.definition_number,
        abs(observations.observation_year - builds.plan_baseline_year) as years_away,
        observations.value,
        sizes.largest_value,
        sizes.least_value,
        case when kpis.aggregation_code = 'weighted_mean' then weights.unit_code else null end
            as weight_unit_code,
        case when kpis.aggregation_code = 'weighted_mean' then weights.value else 1 end as weight,
        case when observations.has_held_back_part then observations.country_code else null end
            as held_back_country_code,
        coalesce(observations.is_recorded, false) as is_recorded,
        coalesce(observations.is_illustrative, false)
        or coalesce(kpis.aggregation_code = 'weighted_mean' and weights.is_illustrative, false)
            as is_illustrative,
        observations.vintage_date
    from observations
    cross join builds
    inner join members
        on observations.country_code = members.country_code
    inner join kpis
        on observations.kpi_code = kpis.kpi_code
    inner join sizes
        on
            observations.kpi_code = sizes.kpi_code
            and observations.observation_year = sizes.observation_year
    left join weights
        on
            kpis.weight_series_code = weights.series_code
            and observations.country_code = weights.country_code
            and observations.observation_year = weights.observation_year
)

select * from weighted
