with country_endpoints as (
    select * from {{ ref('int_country_endpoints_found') }}
),

group_endpoints as (
    select * from {{ ref('int_group_endpoints_found') }}
),

-- from here on a group of countries is judged as a country is
found as (
    select
        kpi_code,
        entity_kind,
        entity_code,
        endpoint_code,
        baseline_unit_code,
        baseline_snapshot_id,
        end_unit_code,
        end_snapshot_id,
        direction,
        endpoint_reason_code,
        panel_country_codes,
        baseline_year,
        baseline_value,
        baseline_value_first_known,
        end_year,
        end_value,
        natural_limit,
        target_value,
        target_year,
        has_target,
        has_break,
        is_recorded,
        is_illustrative,
        end_vintage_date
    from country_endpoints
    union all
    select
        kpi_code,
        entity_kind,
        entity_code,
        endpoint_code,
        baseline_unit_code,
        baseline_snapshot_id,
        end_unit_code,
        end_snapshot_id,
        direction,
        endpoint_reason_code,
        panel_country_codes,
        baseline_year,
        baseline_value,
        baseline_value_first_known,
        end_year,
        end_value,
        natural_limit,
        target_value,
        target_year,
        has_target,
        has_break,
        is_recorded,
        is_illustrative,
        end_vintage_date
    from group_endpoints
)

select * from found
