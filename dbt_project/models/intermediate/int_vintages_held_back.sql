{{ config(materialized='table') }}

with held_back_partitions as (
    select * from {{ ref('stg_quality__held_back_partitions') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

submitted_values as (
    select
        submitted_series.series_code,
        kpi_values.*
    from {{ ref('stg_submissions__kpi_values') }} as kpi_values
    inner join {{ ref('stg_plan__kpi_series') }} as submitted_series
        on
            kpi_values.kpi_code = submitted_series.kpi_code
            and submitted_series.source_state = 'submitted'
    where not kpi_values.is_superseded
),

published_vintages as (
    {%- for table in ['world_bank_observations', 'adb_observations'] %}
        select distinct
            snapshot_id,
            series as series_code,
            vintage_date as known_from,
            retrieved_at
        from {{ source('inputs', table) }}
        where series in (select series_code from held_back_partitions)
        {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- a submission speaks of its cells alone: only for these does another one come after it
vintages as (
    select distinct
        held_back_partitions.country_code,
        cast(null as integer) as observation_year,
        published_vintages.*
    from published_vintages
    inner join held_back_partitions
        on published_vintages.series_code = held_back_partitions.series_code
    union all
    select
        country_code,
        observation_year,
        -- what takes a submission back ends its quarantine
        case when is_retracted then null else submission_id end as snapshot_id,
        series_code,
        known_from,
        accepted_at as retrieved_at
    from submitted_values
),

-- those after the newest good one: whoever reads sees an older vintage because of them
ranked as (
    select
        vintages.*,
        held_back_partitions.finding_id,
        sum(case when held_back_partitions.finding_id is null then 1 else 0 end) over (
            partition by
                vintages.series_code, vintages.country_code, vintages.observation_year
            order by
                vintages.known_from desc,
                vintages.retrieved_at desc nulls last,
                vintages.snapshot_id desc
            rows between unbounded preceding and current row
        ) as good_vintages_since_count
    from vintages
    inner join builds
        on vintages.known_from <= builds.as_of_date
    left join held_back_partitions
        on
            vintages.series_code = held_back_partitions.series_code
            and vintages.country_code = held_back_partitions.country_code
            and vintages.snapshot_id = held_back_partitions.snapshot_id
),

open_findings as (
    select distinct finding_id
    from ranked
    where finding_id is not null and good_vintages_since_count = 0
)

select held_back_partitions.*
from held_back_partitions
inner join open_findings
    on held_back_partitions.finding_id = open_findings.finding_id
