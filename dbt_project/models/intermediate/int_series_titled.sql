with observations as (
    select * from {{ ref('int_observations_united') }}
),

vintages as (
    select distinct
        snapshot_id,
        series_code,
        unit_code,
        series_title,
        vintage_date,
        retrieved_at
    from observations
    -- a submission and a ratio have none: the plan's own stands
    where series_title is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by series_code
            order by vintage_date desc, retrieved_at desc nulls last, snapshot_id desc
        ) as recency_rank
    from vintages
),

titled as (
    select
        series_code,
        unit_code,
        series_title
    from ranked
    where recency_rank = 1
)

select * from titled
