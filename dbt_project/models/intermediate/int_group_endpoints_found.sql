with expected_entities as (
    select * from {{ ref('int_entities_expected') }}
    where entity_kind = 'group'
),

panels as (
    select * from {{ ref('int_panels_ranked') }}
),

reasons as (
    select * from {{ ref('int_groups_reasoned') }}
),

-- the latest point, and the one that would be latest without it
endpoints as (
    select
        'latest' as endpoint_code,
        1 as recency_rank
    union all
    select
        'previous' as endpoint_code,
        2 as recency_rank
),

found as (
    select
        expected_entities.kpi_code,
        expected_entities.entity_kind,
        expected_entities.entity_code,
        endpoints.endpoint_code,
        panels.unit_code as baseline_unit_code,
        cast(null as string) as baseline_snapshot_id,
        panels.unit_code as end_unit_code,
        cast(null as string) as end_snapshot_id,
        expected_entities.direction,
        case
            when panels.kpi_code is not null then panels.panel_reason_code
            when endpoints.recency_rank > 1 then null
            else reasons.reason_code
        end as endpoint_reason_code,
        panels.panel_country_codes,
        panels.baseline_year,
        case
            when panels.panel_reason_code is null then panels.baseline_value
            else null
        end as baseline_value,
        case
            when panels.panel_reason_code is null then panels.baseline_value_first_known
            else null
        end as baseline_value_first_known,
        panels.observation_year as end_year,
        case
            when panels.panel_reason_code is null then panels.panel_value
            else null
        end as end_value,
        expected_entities.natural_limit,
        cast(null as double) as target_value,
        cast(null as integer) as target_year,
        false as has_target,
        false as has_break,
        coalesce(panels.is_recorded, false) as is_recorded,
        coalesce(panels.is_illustrative, false) as is_illustrative,
        panels.vintage_date as end_vintage_date
    from expected_entities
    cross join endpoints
    inner join reasons
        on
            expected_entities.kpi_code = reasons.kpi_code
            and expected_entities.entity_code = reasons.group_code
    left join panels
        on
            expected_entities.kpi_code = panels.kpi_code
            and expected_entities.entity_code = panels.group_code
            and endpoints.recency_rank = panels.recency_rank
)

select * from found
