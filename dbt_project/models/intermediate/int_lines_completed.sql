with followed_lines as (
    select * from {{ ref('int_lines_followed') }}
),

told as (
    select
        *,
        submission_id is not null as is_reported,
        case
            when reported_completed_date is not null then period_start_date else null
        end as told_from_date
    from followed_lines
),

-- a completion reported earlier holds, as it was told last
newest_told as (
    select
        *,
        max_by(reported_completed_date, told_from_date) over so_far as told_completed_date,
        max_by(is_report_illustrative, told_from_date) over so_far as is_told_illustrative,
        count(submission_id) over so_far > 0 as is_ever_reported
    from told
    window so_far as (
        partition by action_line_code
        order by period_start_date
        rows between unbounded preceding and current row
    )
),

-- the report for a period may tell what was completed after its end
held as (
    select
        *,
        case
            when told_completed_date <= status_date then told_completed_date else null
        end as completed_date,
        coalesce(is_report_illustrative, false)
        or coalesce(told_completed_date <= status_date and is_told_illustrative, false)
            as is_illustrative
    from newest_told
)

select * from held
