with expected_kpis as (
    select * from {{ ref('int_kpis_expected') }}
),

expected_entities as (
    select * from {{ ref('int_entities_expected') }}
    where entity_kind = 'country'
),

achievements as (
    select * from {{ ref('int_achievements_reasoned') }}
    where entity_kind = 'country'
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

final as (
    select
        cast(expected_kpis.kpi_code as string) as kpi_code,
        cast(expected_kpis.country_code as string) as country_code,
        cast(expected_kpis.group_code as string) as group_code,
        cast(expected_kpis.source_code as string) as source_code,
        cast(expected_kpis.series_code as string) as series_code,
        cast(expected_kpis.country_name as string) as country_name,
        cast(baseline_snapshot_id as string) as baseline_snapshot_id,
        cast(end_snapshot_id as string) as latest_snapshot_id,
        cast(builds.baseline_policy as string) as baseline_policy,
        cast(expected_kpis.held_back_check_id as string) as held_back_check_id,
        {{ judged_columns() }},
        cast(expected_kpis.is_substitute as boolean) as is_substitute,
        cast(expected_kpis.is_held_back as boolean) as is_held_back,
        cast(expected_kpis.held_back_since_date as date) as held_back_since_date,
        cast(expected_kpis.state_from_date as date) as state_from_date,
        cast(builds.as_of_date as date) as as_of_date
    from expected_kpis
    cross join builds
    inner join expected_entities
        on
            expected_kpis.kpi_code = expected_entities.kpi_code
            and expected_kpis.country_code = expected_entities.entity_code
    inner join achievements
        on
            expected_kpis.kpi_code = achievements.kpi_code
            and expected_kpis.country_code = achievements.entity_code
)

select * from final
order by kpi_code, country_code
