with source as (
    select * from {{ ref('action_lines_known_missing') }}
),

renamed as (
    select
        cast(action_line_code as string) as action_line_code,
        cast(action_code as string) as action_code,
        cast(line_number as integer) as line_number
    from source
)

select * from renamed
order by action_line_code
