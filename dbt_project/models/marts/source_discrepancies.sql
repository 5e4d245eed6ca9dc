with used_observations as (
    select * from {{ ref('int_observations_matched') }}
    where value is not null
),

kpi_series as (
    select * from {{ ref('int_series_dated') }}
    where kpi_code is not null
),

other_observations as (
    select * from {{ ref('int_observations_corrected') }}
    where is_current and value is not null
),

compared as (
    select
        used_observations.*,
        other_observations.source_code as other_source_code,
        other_observations.series_code as other_series_code,
        other_observations.value as other_value,
        other_observations.vintage_date as other_vintage_date,
        used_observations.is_illustrative
        or other_observations.is_illustrative as is_either_illustrative,
        row_number() over (
            partition by
                used_observations.kpi_code,
                used_observations.country_code,
                used_observations.observation_year
            order by
                abs(other_observations.value - used_observations.value) desc,
                kpi_series.preference_number
        ) as difference_rank
    from used_observations
    inner join kpi_series
        on
            used_observations.kpi_code = kpi_series.kpi_code
            and used_observations.series_code != kpi_series.series_code
    inner join other_observations
        on
            kpi_series.series_code = other_observations.series_code
            and used_observations.country_code = other_observations.country_code
            and used_observations.observation_year = other_observations.observation_year
            and used_observations.version_unit_code = other_observations.unit_code
),

-- of several other series, the one that differs most
final as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(observation_year as integer) as observation_year,
        cast(goal_code as string) as goal_code,
        cast(group_code as string) as group_code,
        cast(source_code as string) as used_source_code,
        cast(series_code as string) as used_series_code,
        cast(other_source_code as string) as other_source_code,
        cast(other_series_code as string) as other_series_code,
        cast(version_unit_code as string) as unit_code,
        cast(kpi_name as string) as kpi_name,
        cast(goal_name as string) as goal_name,
        cast(country_name as string) as country_name,
        cast(value as double) as used_value,
        cast(other_value as double) as other_value,
        cast(
            (other_value - value) * 100 / nullif(abs(value), 0) as double
        ) as relative_difference_pct,
        cast(is_either_illustrative as boolean) as is_illustrative,
        cast(vintage_date as date) as used_vintage_date,
        cast(other_vintage_date as date) as other_vintage_date,
        cast(as_of_date as date) as as_of_date
    from compared
    where difference_rank = 1
)

select * from final
order by kpi_code, country_code, observation_year
