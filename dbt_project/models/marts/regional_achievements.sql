with expected_entities as (
    select * from {{ ref('int_entities_expected') }}
    where entity_kind = 'group'
),

achievements as (
    select * from {{ ref('int_achievements_reasoned') }}
    where entity_kind = 'group'
),

kpis as (
    select * from {{ ref('int_kpis_dated') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

final as (
    select
        cast(expected_entities.kpi_code as string) as kpi_code,
        cast(expected_entities.entity_code as string) as group_code,
        cast(expected_entities.series_code as string) as series_codes,
        cast(kpis.aggregation_code as string) as aggregation_code,
        cast(
            case
                when kpis.aggregation_code = 'weighted_mean' then kpis.weight_series_code
                else null
            end as string
        ) as weight_series_code,
        cast(panel_country_codes as string) as panel_country_codes,
        cast(expected_entities.held_back_country_codes as string) as held_back_country_codes,
        cast(builds.baseline_policy as string) as baseline_policy,
        {{ judged_columns() }},
        cast(expected_entities.is_substitute as boolean) as is_substitute,
        cast(builds.as_of_date as date) as as_of_date
    from expected_entities
    cross join builds
    inner join kpis
        on expected_entities.kpi_code = kpis.kpi_code
    inner join achievements
        on
            expected_entities.kpi_code = achievements.kpi_code
            and expected_entities.entity_code = achievements.entity_code
)

select * from final
order by kpi_code, group_code
