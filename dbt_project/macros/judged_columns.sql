{# What a verdict says of a member state or a group: what is not assessed shows its figures, but no verdict. #}
{% macro judged_columns() -%}
        cast(expected_entities.goal_code as string) as goal_code,
        cast(coalesce(end_unit_code, expected_entities.unit_code) as string) as unit_code,
        cast(baseline_unit_code as string) as baseline_unit_code,
        cast('cagr' as string) as method_code,
        cast('1' as string) as method_version,
        cast(expected_entities.kpi_name as string) as kpi_name,
        cast(expected_entities.goal_name as string) as goal_name,
        cast(expected_entities.direction as string) as direction,
        cast(expected_entities.source_state as string) as source_state,
        cast(
            case when has_target then 'required_growth' else 'growth' end as string
        ) as ratio_basis_code,
        cast(case when is_assessed then status else 'not_assessed' end as string) as status,
        cast(reason_code as string) as reason_code,
        cast(status_before_discontinuation as string) as status_before_discontinuation,
        cast(
            case when is_assessed then un_chart_status else 'not_assessed' end as string
        ) as un_chart_status,
        cast(
            case
                when is_assessed or not has_target then linear_path_status
                else 'not_assessed'
            end as string
        ) as linear_path_status,
        cast(agreement as string) as agreement,
        cast(baseline_year as integer) as baseline_year,
        cast(baseline_value as double) as baseline_value,
        cast(baseline_value_first_known as double) as baseline_value_first_known,
        cast(end_year as integer) as latest_year,
        cast(end_value as double) as latest_value,
        cast(change_value as double) as change_value,
        cast(growth_ratio * 100 as double) as growth_pct,
        cast(expected_entities.natural_limit as double) as natural_limit,
        cast(expected_entities.target_value as double) as target_value,
        cast(expected_entities.target_year as integer) as target_year,
        cast(case when is_assessed then progress_ratio else null end as double) as progress_ratio,
        cast(on_track_cut as double) as on_track_cut,
        cast(acceleration_cut as double) as acceleration_cut,
        cast(case when is_assessed then score else null end as double) as score,
        cast(case when is_assessed then un_chart_ratio else null end as double) as un_chart_ratio,
        cast(
            case when is_assessed then linear_path_ratio else null end as double
        ) as linear_path_ratio,
        cast(is_fragile as boolean) as is_fragile,
        cast(is_recorded as boolean) as is_recorded,
        cast(is_illustrative as boolean) as is_illustrative,
        cast(end_vintage_date as date) as vintage_date
{%- endmacro %}
