with submitted as (
    select * from {{ ref('stg_submissions__kpi_values') }}
),

kpis as (
    select * from {{ ref('int_kpis_dated') }}
),

goals as (
    select * from {{ ref('stg_plan__goals') }}
),

countries as (
    select * from {{ ref('stg_plan__countries') }}
),

builds as (
    select * from {{ ref('int_builds_described') }}
),

-- superseded or not: what was sent and where it stood in the file; not what the gate held back
final as (
    select
        cast(submitted.kpi_code as string) as kpi_code,
        cast(submitted.country_code as string) as country_code,
        cast(submitted.observation_year as integer) as observation_year,
        cast(submitted.submission_id as string) as submission_id,
        cast(submitted.party_code as string) as party_code,
        cast(goals.goal_code as string) as goal_code,
        cast(countries.group_code as string) as group_code,
        cast(submitted.unit_code as string) as unit_code,
        cast(kpis.kpi_name as string) as kpi_name,
        cast(goals.goal_name as string) as goal_name,
        cast(countries.country_name as string) as country_name,
        cast(submitted.reporting_period as string) as reporting_period,
        cast(submitted.sheet_name as string) as sheet_name,
        cast(submitted.cell_reference as string) as cell_reference,
        cast(submitted.row_number as integer) as row_number,
        cast(submitted.value as double) as value,
        cast(submitted.is_illustrative as boolean) as is_illustrative,
        cast(submitted.vintage_date as date) as vintage_date,
        cast(submitted.known_from as date) as known_from,
        cast(builds.as_of_date as date) as as_of_date,
        cast(submitted.submitted_at as timestamp) as submitted_at
    from submitted
    inner join builds
        on submitted.known_from <= builds.as_of_date
    inner join kpis
        on submitted.kpi_code = kpis.kpi_code
    inner join goals
        on kpis.goal_code = goals.goal_code
    inner join countries
        on submitted.country_code = countries.country_code
    where not submitted.is_retracted and not submitted.is_held_back
)

select * from final
order by kpi_code, country_code, observation_year, submission_id
