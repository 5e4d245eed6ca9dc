with observations as (
    select * from {{ ref('int_observations_united') }}
),

{{ filled_vintages() }},

several_compared as (
    select
        *,
        lag(value) over vintage_order as earlier_value,
        lag(unit_code) over vintage_order as earlier_unit_code,
        lag(unit_detail) over vintage_order as earlier_unit_detail,
        lag(is_break) over vintage_order as was_break,
        lag(is_illustrative) over vintage_order as was_illustrative
    from vintage_cells
    where not is_only_vintage
    window vintage_order as (
        partition by series_code, country_code, observation_year
        order by known_from, retrieved_at nulls first, snapshot_id
    )
),

compared as (
    select * from several_compared
    union all
    select
        *,
        cast(null as double) as earlier_value,
        cast(null as string) as earlier_unit_code,
        cast(null as string) as earlier_unit_detail,
        cast(null as boolean) as was_break,
        cast(null as boolean) as was_illustrative
    from vintage_cells
    where is_only_vintage
)

select * from compared
