with weighted_values as (
    select * from {{ ref('int_values_weighted') }}
),

offered_baselines as (
    select * from {{ ref('int_baselines_offered') }}
),

-- no value at all is no reason of the group: its members have the same
reasoned as (
    select
        weighted_values.kpi_code,
        weighted_values.group_code,
        case
            when count(weighted_values.value) = 0 then null
            when count(offered_baselines.baseline_value) = 0 then 'no_baseline'
            when
                max(
                    case
                        when weighted_values.value is not null and weighted_values.weight is null
                            then 1
                        else 0
                    end
                ) = 1
                then 'no_weight'
            else 'coverage'
        end as reason_code
    from weighted_values
    left join offered_baselines
        on
            weighted_values.kpi_code = offered_baselines.kpi_code
            and weighted_values.country_code = offered_baselines.country_code
            and weighted_values.observation_year = offered_baselines.baseline_year
    group by weighted_values.kpi_code, weighted_values.group_code
)

select * from reasoned
