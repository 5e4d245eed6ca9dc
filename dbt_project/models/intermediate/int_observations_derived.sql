{{ config(materialized='table') }}

with pairs as (
    select * from {{ ref('stg_plan__derived_series') }}
),

components as (
    select * from {{ ref('int_components_filled') }}
),

parts as (
    select
        pairs.series_code as derived_series_code,
        pairs.unit_code as derived_unit_code,
        components.series_code = pairs.numerator_series_code as is_numerator,
        components.*
    from pairs
    inner join components
        on components.series_code in (pairs.numerator_series_code, pairs.denominator_series_code)
),

-- a cell has a vintage on each day on which a part has one: of each part, the one that stands then
standing as (
    select
        parts.*,
        row_number() over (
            partition by
                parts.derived_series_code, parts.is_numerator, parts.country_code,
                parts.observation_year, moments.known_from
            order by
                parts.known_from desc, parts.retrieved_at desc nulls last, parts.snapshot_id desc
        ) as recency_rank,
        moments.known_from as moment_date
    from parts
    inner join parts as moments
        on
            parts.derived_series_code = moments.derived_series_code
            and parts.country_code = moments.country_code
            and parts.observation_year = moments.observation_year
            and parts.known_from <= moments.known_from
),

divided as (
    select
        numerators.snapshot_id || '+' || denominators.snapshot_id as snapshot_id,
        numerators.source_code,
        numerators.derived_series_code as series_code,
        numerators.country_code,
        case
            when numerators.unit_code is null or denominators.unit_code is null then null
            else numerators.derived_unit_code
        end as unit_code,
        cast(null as string) as series_title,
        numerators.unit_detail,
        'derived' as vintage_basis,
        numerators.observation_year,
        numerators.value / nullif(denominators.value, 0) as value,
        numerators.is_break or denominators.is_break as is_break,
        -- each cell says itself what it is
        false as is_whole,
        numerators.is_recorded,
        numerators.is_illustrative or denominators.is_illustrative as is_illustrative,
        greatest(numerators.vintage_date, denominators.vintage_date) as vintage_date,
        numerators.moment_date as known_from,
        greatest(numerators.retrieved_at, denominators.retrieved_at) as retrieved_at
    from standing as numerators
    inner join standing as denominators
        on
            numerators.derived_series_code = denominators.derived_series_code
            and numerators.country_code = denominators.country_code
            and numerators.observation_year = denominators.observation_year
            and numerators.moment_date = denominators.moment_date
            and numerators.is_numerator and numerators.recency_rank = 1
            and not denominators.is_numerator and denominators.recency_rank = 1
)

select * from divided
