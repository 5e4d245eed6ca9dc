with observations as (
    select * from {{ ref('int_observations_united') }}
),

vintages as (
    select * from {{ ref('int_vintages_counted') }}
    where not is_only_vintage
),

{{ filled_vintages() }},

compared as (
    select
        *,
        lag(value) over vintage_order as earlier_value,
        lag(unit_code) over vintage_order as earlier_unit_code,
        lag(unit_detail) over vintage_order as earlier_unit_detail,
        lag(is_break) over vintage_order as was_break,
        lag(is_illustrative) over vintage_order as was_illustrative
    from vintage_cells
    window vintage_order as (
        partition by series_code, country_code, observation_year
        order by known_from, retrieved_at nulls first, snapshot_id
    )
)

select * from compared
