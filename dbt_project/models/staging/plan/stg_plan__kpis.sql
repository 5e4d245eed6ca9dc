with source as (
    select * from {{ ref('kpis') }}
),

renamed as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(goal_code as string) as goal_code,
        cast(unit_code as string) as unit_code,
        cast(aggregation_code as string) as aggregation_code,
        cast(weight_series_code as string) as weight_series_code,
        cast(kpi_name as string) as kpi_name,
        cast(printed_kpi_name as string) as printed_kpi_name,
        cast(printed_unit as string) as printed_unit,
        cast(printed_source as string) as printed_source,
        cast(direction as string) as direction,
        cast(definition_note as string) as definition_note,
        cast(natural_limit as double) as natural_limit,
        cast(plausible_min as double) as plausible_min,
        cast(plausible_max as double) as plausible_max,
        cast(max_yearly_change_pct as double) as max_yearly_change_pct,
        cast(staleness_limit_years as integer) as staleness_limit_years,
        cast(publication_lag_years as integer) as publication_lag_years,
        cast(baseline_tolerance_years as integer) as baseline_tolerance_years,
        cast(valid_from_date as date) as valid_from_date,
        cast(valid_to_date as date) as valid_to_date
    from source
)

select * from renamed
order by kpi_code
