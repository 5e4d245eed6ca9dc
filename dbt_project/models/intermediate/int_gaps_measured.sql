with panels as (
    select * from {{ ref('int_panels_measured') }}
),

thresholds as (
    select * from {{ ref('int_thresholds_pivoted') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- both groups and the region by the same baseline year
sides as (
    select
        leading_group.kpi_code,
        leading_group.observation_year,
        leading_group.baseline_year,
        leading_group.baseline_years_away,
        leading_group.baseline_value as leading_baseline_value,
        leading_group.panel_value as leading_value,
        following_group.baseline_value as following_baseline_value,
        following_group.panel_value as following_value,
        region.unit_code,
        region.baseline_variation,
        region.variation,
        region.panel_count,
        region.panel_country_codes,
        region.is_recorded,
        region.is_illustrative,
        leading_group.has_weight_hole or following_group.has_weight_hole as has_weight_hole,
        leading_group.has_break or following_group.has_break as has_break,
        region.has_mixed_units
        or leading_group.missing_panel_share > thresholds.gap_group_missing_share
        or following_group.missing_panel_share > thresholds.gap_group_missing_share
            as is_incomparable,
        leading_group.missing_share <= thresholds.gap_group_missing_share
        and following_group.missing_share <= thresholds.gap_group_missing_share as is_covered
    from panels as leading_group
    cross join builds
    cross join thresholds
    inner join panels as following_group
        on
            leading_group.kpi_code = following_group.kpi_code
            and leading_group.baseline_year = following_group.baseline_year
            and leading_group.observation_year = following_group.observation_year
    inner join panels as region
        on
            leading_group.kpi_code = region.kpi_code
            and leading_group.baseline_year = region.baseline_year
            and leading_group.observation_year = region.observation_year
    where
        leading_group.group_code = builds.leading_group_code
        and following_group.group_code = builds.following_group_code
        and region.group_code = builds.region_code
),

nearest as (
    select
        kpi_code,
        baseline_year,
        row_number() over (
            partition by kpi_code
            order by baseline_years_away, baseline_year
        ) as nearness_rank
    from sides
    where observation_year = baseline_year and is_covered
),

measured as (
    select
        sides.*,
        case
            when has_weight_hole then 'no_weight'
            when not is_covered then 'coverage'
            when is_incomparable and has_break then 'break'
            when is_incomparable then 'unit_mismatch'
            else null
        end as panel_reason_code
    from sides
    inner join nearest
        on
            sides.kpi_code = nearest.kpi_code
            and sides.baseline_year = nearest.baseline_year
    where nearest.nearness_rank = 1
)

select * from measured
