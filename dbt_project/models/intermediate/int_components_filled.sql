with pairs as (
    select * from {{ ref('stg_plan__derived_series') }}
),

-- what any source reports; the plan keeps ratios of ratios out
observations as (
    {%- for model in [
        'stg_world_bank__observations', 'stg_adb__observations', 'int_observations_submitted'
    ] %}
        select
            {{ observation_columns() }}
        from {{ ref(model) }}
        where
            series_code in (select numerator_series_code from pairs)
            or series_code in (select denominator_series_code from pairs)
        {{ "union all" if not loop.last }}
    {%- endfor %}
),

vintages as (
    select distinct
        {{ vintage_columns() }}
    from observations
),

{{ filled_vintages() }}

select * from vintage_cells
