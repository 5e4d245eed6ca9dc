-- from here on a group of countries is judged as a country is
with found as (
    {%- for endpoints in ['int_country_endpoints_found', 'int_group_endpoints_found'] %}
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
        from {{ ref(endpoints) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from found
