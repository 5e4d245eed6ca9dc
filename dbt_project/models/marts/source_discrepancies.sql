with other_observations as (
    select
        *,
        -- points of one number are of one definition
        sum(case when is_break then 1 else 0 end) over (
            partition by series_code, country_code
            order by observation_year
        ) as definition_number
    from {{ ref('int_observations_corrected') }}
    where is_current and unit_code is not null
),

-- of several other series, the one in the same unit that differs most
paired as (
    select
        used.*,
        builds.plan_baseline_year = used.observation_year as is_base,
        other.source_code as other_source_code,
        other.series_code as other_series_code,
        other.unit_code as other_unit_code,
        other.value as other_value,
        other.vintage_date as other_vintage_date,
        other.definition_number as other_definition_number,
        used.is_illustrative or other.is_illustrative as is_either_illustrative,
        row_number() over (
            partition by used.kpi_code, used.country_code, used.observation_year
            order by
                case when used.version_unit_code = other.unit_code then 0 else 1 end,
                abs(other.value - used.value) desc, kpi_series.preference_number
        ) as difference_rank
    from {{ ref('int_observations_matched') }} as used
    cross join {{ ref('int_builds_described') }} as builds
    inner join {{ ref('int_series_dated') }} as kpi_series
        on used.kpi_code = kpi_series.kpi_code and used.series_code != kpi_series.series_code
    inner join other_observations as other
        on
            kpi_series.series_code = other.series_code
            and used.country_code = other.country_code
            and used.observation_year = other.observation_year
    where used.value is not null and used.version_unit_code is not null and other.value is not null
),

-- amounts of two units say nothing of each other, but their growth does
compared as (
    select
        *,
        case when version_unit_code = other_unit_code then other_value - value else null end
            as difference,
        value / nullif(max(case when is_base then value else null end) over terms, 0) as growth,
        other_value / nullif(max(case when is_base then other_value else null end) over terms, 0)
            as other_growth
    from paired
    window terms as (
        partition by
            kpi_code, country_code, other_series_code, definition_number, other_definition_number
    )
),

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
        cast(other_unit_code as string) as other_unit_code,
        cast(kpi_name as string) as kpi_name,
        cast(goal_name as string) as goal_name,
        cast(country_name as string) as country_name,
        cast(value as double) as used_value,
        cast(other_value as double) as other_value,
        cast(difference * 100 / nullif(abs(value), 0) as double) as relative_difference_pct,
        cast((other_growth - growth) * 100 as double) as growth_difference_pp,
        cast(is_either_illustrative as boolean) as is_illustrative,
        cast(vintage_date as date) as used_vintage_date,
        cast(other_vintage_date as date) as other_vintage_date,
        cast(as_of_date as date) as as_of_date
    from compared
    where difference_rank = 1
)

select * from final
order by kpi_code, country_code, observation_year
