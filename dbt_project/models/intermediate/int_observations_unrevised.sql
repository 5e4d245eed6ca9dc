with observations as (
    select * from {{ ref('int_observations_united') }}
),

only_vintages as (
    select * from {{ ref('int_vintages_counted') }}
    where is_only_vintage
),

unrevised as (
    select
        {{ vintage_columns('observations') }},
        observations.observation_year,
        observations.value,
        coalesce(observations.is_break, false) as is_break
    from observations
    inner join only_vintages
        on
            observations.series_code = only_vintages.series_code
            and observations.country_code = only_vintages.country_code
    where observations.value is not null
)

select * from unrevised
