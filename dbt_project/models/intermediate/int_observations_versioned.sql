{{ config(materialized='table') }}

with vintages as (
    select * from {{ ref('int_vintages_compared') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

acknowledged_revisions as (
    select * from {{ ref('stg_plan__acknowledged_revisions') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

-- without a country, the whole vintage is acknowledged
acknowledged_countries as (
    select distinct
        acknowledged_revisions.series_code,
        acknowledged_revisions.vintage_date,
        countries.country_code
    from acknowledged_revisions
    inner join countries
        on
            acknowledged_revisions.country_code is null
            or acknowledged_revisions.country_code = countries.country_code
),

-- a value that returns to an old figure has changed again
changed as (
    select
        vintages.*,
        case
            when value is null and earlier_value is null then null
            when value is null then 'withdrawn'
            when earlier_value is null then 'added'
            when
                coalesce(unit_code, '') != coalesce(earlier_unit_code, '')
                or coalesce(unit_detail, '') != coalesce(earlier_unit_detail, '')
                then 'rebased'
            when abs(value - earlier_value) > abs(earlier_value) * value_noise_ratio then 'changed'
            -- a source may flag a break later, and leave the value as it was
            when is_break != was_break then 'changed'
            else null
        end as change_type
    from vintages
    cross join thresholds
),

versions as (
    select
        *,
        row_number() over version_order as version_number,
        lag(value) over version_order as previous_value,
        lag(unit_code) over version_order as previous_unit_code,
        lead(known_from) over version_order as known_to
    from changed
    where change_type is not null
    window version_order as (
        partition by series_code, country_code, observation_year
        order by known_from, retrieved_at nulls first, snapshot_id
    )
),

final as (
    select
        versions.*,
        case
            when versions.change_type = 'changed'
                then
                    (versions.value - versions.previous_value) * 100
                    / nullif(abs(versions.previous_value), 0)
            else null
        end as relative_change_pct,
        versions.known_to is null as is_current,
        -- what a party amends was its own statement, and a second person's if it was published
        acknowledged_countries.series_code is not null
        or coalesce(versions.vintage_basis = 'submission', false) as is_revision_acknowledged
    from versions
    left join acknowledged_countries
        on
            versions.series_code = acknowledged_countries.series_code
            and versions.vintage_date = acknowledged_countries.vintage_date
            and versions.country_code = acknowledged_countries.country_code
)

select * from final
