with source as (
    select * from {{ ref('line_proponents') }}
),

renamed as (
    select
        cast(action_line_code as string) as action_line_code,
        cast(party_code as string) as party_code
    from source
)

select * from renamed
order by action_line_code, party_code
