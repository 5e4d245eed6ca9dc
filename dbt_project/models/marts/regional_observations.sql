with sums as (
    select * from {{ ref('int_regions_summed') }}
),

kpis as (
    select * from {{ ref('int_kpis_dated') }}
),

goals as (
    select * from {{ ref('stg_plan__goals') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- nothing is averaged over a hole: neither of values nor of weights
reasoned as (
    select
        sums.*,
        case
            when members_reporting_count > 0 and has_weight_hole then null
            else coalesce(known_weight / weight, 0)
        end as coverage_share,
        case
            when members_reporting_count = 0 then 'coverage'
            when has_weight_hole then 'no_weight'
            when 1 - known_weight / weight > region_missing_weight_share then 'coverage'
            when has_mixed_units then 'unit_mismatch'
            else null
        end as reason_code
    from sums
    cross join thresholds
),

final as (
    select
        cast(reasoned.kpi_code as string) as kpi_code,
        cast(group_code as string) as group_code,
        cast(observation_year as integer) as observation_year,
        cast(kpis.goal_code as string) as goal_code,
        cast(kpis.aggregation_code as string) as aggregation_code,
        cast(
            case
                when kpis.aggregation_code = 'weighted_mean' then kpis.weight_series_code
                else null
            end as string
        ) as weight_series_code,
        cast(reasoned.unit_code as string) as unit_code,
        cast(kpis.kpi_name as string) as kpi_name,
        cast(goals.goal_name as string) as goal_name,
        cast(reporting_country_codes as string) as reporting_country_codes,
        cast(held_back_country_codes as string) as held_back_country_codes,
        cast(reason_code as string) as reason_code,
        cast(members_reporting_count as integer) as members_reporting_count,
        cast(members_count as integer) as members_count,
        cast(case when reason_code is null then weighted_sum / known_weight else null end as double)
            as value,
        cast(coverage_share * 100 as double) as coverage_pct,
        cast(is_recorded as boolean) as is_recorded,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(vintage_date as date) as vintage_date,
        cast(builds.as_of_date as date) as as_of_date
    from reasoned
    inner join kpis
        on reasoned.kpi_code = kpis.kpi_code
    inner join goals
        on kpis.goal_code = goals.goal_code
    cross join builds
)

select * from final
order by kpi_code, group_code, observation_year
