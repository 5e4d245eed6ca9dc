{{ config(materialized='table') }}

with vintages as (
    select * from {{ ref('int_vintages_compared') }}
),

unrevised as (
    select * from {{ ref('int_observations_unrevised') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

revisions_acknowledged as (
    select * from {{ ref('int_revisions_acknowledged') }}
),

changed as (
    select
        vintages.*,
        {{ change_type() }} as change_type
    from vintages
    cross join thresholds
),

several_versions as (
    select
        {{ vintage_columns() }},
        observation_year,
        value,
        is_break,
        change_type,
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

versions as (
    select * from several_versions
    union all
    select
        {{ vintage_columns() }},
        observation_year,
        value,
        is_break,
        'added' as change_type,
        1 as version_number,
        cast(null as double) as previous_value,
        cast(null as string) as previous_unit_code,
        cast(null as date) as known_to
    from unrevised
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
        revisions_acknowledged.series_code is not null
        or coalesce(versions.vintage_basis = 'submission', false) as is_revision_acknowledged
    from versions
    left join revisions_acknowledged
        on
            versions.series_code = revisions_acknowledged.series_code
            and versions.vintage_date = revisions_acknowledged.vintage_date
            and versions.country_code = revisions_acknowledged.country_code
)

select * from final
