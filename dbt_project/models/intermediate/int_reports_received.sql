with builds as (
    select * from {{ ref('int_builds_described') }}
),

reports as (
    select
        'kpi' as kind,
        party_code,
        kpi_code as item_code,
        observation_year,
        reporting_period,
        submission_id,
        is_illustrative,
        is_retracted,
        known_from,
        submitted_at,
        accepted_at
    from {{ ref('stg_submissions__kpi_values') }}
    -- what nobody may use is not reported: its party must send it again
    where not is_held_back
    union all
    select
        'progress' as kind,
        party_code,
        action_line_code as item_code,
        cast(null as integer) as observation_year,
        reporting_period,
        submission_id,
        is_illustrative,
        is_retracted,
        known_from,
        submitted_at,
        accepted_at
    from {{ ref('stg_submissions__line_reports') }}
),

-- what a party took back it has not reported, nor does what that had replaced stand again
standing as (
    select
        reports.*,
        max(case when is_retracted then accepted_at else null end) over (
            partition by kind, party_code, item_code, observation_year, reporting_period
        ) as taken_back_at
    from reports
    inner join builds
        on reports.known_from <= builds.as_of_date
),

-- the first report keeps the date; what follows mends it
ranked as (
    select
        *,
        row_number() over (
            partition by kind, party_code, item_code, reporting_period
            order by submitted_at, submission_id
        ) as order_number
    from standing
    where taken_back_at is null or (accepted_at > taken_back_at and not is_retracted)
),

received as (
    select
        kind,
        party_code,
        item_code,
        reporting_period,
        submission_id,
        is_illustrative,
        known_from,
        submitted_at
    from ranked
    where order_number = 1
)

select * from received
