with versions as (
    select * from {{ ref('int_observations_versioned') }}
),

corrections as (
    select * from {{ ref('int_corrections_judged') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

-- every version that says the wrong value is corrected, the first known one too
corrected as (
    select
        versions.snapshot_id,
        versions.source_code,
        versions.series_code,
        versions.country_code,
        versions.unit_code,
        versions.unit_detail,
        corrections.correction_id,
        versions.vintage_basis,
        versions.change_type,
        versions.observation_year,
        versions.version_number,
        versions.value as upstream_value,
        case
            when corrections.correction_action = 'drop' then null
            when corrections.correction_action = 'override' then corrections.corrected_value
            else versions.value
        end as value,
        versions.previous_value,
        versions.relative_change_pct,
        coalesce(corrections.correction_action in ('drop', 'override'), false) as is_corrected,
        versions.is_break,
        versions.is_current,
        versions.is_revision_acknowledged,
        versions.is_recorded,
        versions.is_illustrative,
        versions.vintage_date,
        versions.known_from,
        versions.retrieved_at
    from versions
    cross join thresholds
    left join corrections
        on
            versions.series_code = corrections.series_code
            and versions.country_code = corrections.country_code
            and versions.observation_year = corrections.observation_year
            and abs(versions.value - corrections.expected_old_value)
            <= abs(corrections.expected_old_value) * thresholds.value_noise_ratio
)

select * from corrected
