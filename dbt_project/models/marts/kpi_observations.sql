with years_before as (
    select
        kpi_code,
        country_code,
        observation_year + 1 as year_after,
        value as year_before_value,
        version_unit_code as year_before_unit_code
    from {{ ref('int_observations_matched') }}
    where value is not null
),

-- a reported value wins whatever the availability says. The year before is joined: a window over
-- rows this wide takes three times as long
stated as (
    select
        observations.*,
        years_before.year_before_value,
        years_before.year_before_unit_code,
        case
            when value is not null then 'reported'
            when change_type = 'withdrawn' then 'withdrawn'
            when availability = 'no' then 'not_applicable'
            when as_of_year <= observation_year + publication_lag_years then 'not_yet_due'
            else 'missing'
        end as observation_status
    from {{ ref('int_observations_matched') }} as observations
    left join years_before
        on
            observations.kpi_code = years_before.kpi_code
            and observations.country_code = years_before.country_code
            and observations.observation_year = years_before.year_after
),

final as (
    select
        cast(kpi_code as string) as kpi_code,
        cast(country_code as string) as country_code,
        cast(observation_year as integer) as observation_year,
        cast(goal_code as string) as goal_code,
        cast(group_code as string) as group_code,
        cast(source_code as string) as source_code,
        cast(series_code as string) as series_code,
        cast(
            case when value is null then unit_code else version_unit_code end as string
        ) as unit_code,
        cast(snapshot_id as string) as snapshot_id,
        cast(kpi_name as string) as kpi_name,
        cast(goal_name as string) as goal_name,
        cast(country_name as string) as country_name,
        cast(observation_status as string) as observation_status,
        cast(source_state as string) as source_state,
        cast(availability as string) as availability,
        cast(vintage_basis as string) as vintage_basis,
        cast(change_type as string) as change_type,
        cast(correction_id as string) as correction_id,
        cast(held_back_check_id as string) as held_back_check_id,
        cast(value as double) as value,
        cast(previous_value as double) as previous_value,
        cast(relative_change_pct as double) as revision_pct,
        cast(
            case
                when version_unit_code = year_before_unit_code
                    then (value - year_before_value) * 100 / nullif(abs(year_before_value), 0)
                else null
            end as double
        ) as yearly_change_pct,
        cast(plausible_min as double) as plausible_min,
        cast(plausible_max as double) as plausible_max,
        cast(max_yearly_change_pct as double) as max_yearly_change_pct,
        cast(is_substitute as boolean) as is_substitute,
        cast(coalesce(is_revision_acknowledged, false) as boolean) as is_revision_acknowledged,
        cast(coalesce(is_corrected, false) as boolean) as is_corrected,
        cast(coalesce(is_break, false) as boolean) as is_break,
        cast(coalesce(is_recorded, false) as boolean) as is_recorded,
        cast(coalesce(is_illustrative, false) as boolean) as is_illustrative,
        cast(coalesce(is_held_back, false) as boolean) as is_held_back,
        cast(held_back_since_date as date) as held_back_since_date,
        cast(state_from_date as date) as state_from_date,
        cast(vintage_date as date) as vintage_date,
        cast(known_from as date) as known_from,
        cast(retrieved_at as timestamp) as retrieved_at,
        cast(as_of_date as date) as as_of_date
    from stated
)

select * from final
order by kpi_code, country_code, observation_year
