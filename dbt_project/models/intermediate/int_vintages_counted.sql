{{ config(materialized='table') }}

with observations as (
    select * from {{ ref('int_observations_united') }}
),

vintages as (
    select distinct
        {{ vintage_columns() }}
    from observations
),

counted as (
    select
        *,
        count(*) over (partition by series_code, country_code) = 1 as is_only_vintage
    from vintages
)

select * from counted
