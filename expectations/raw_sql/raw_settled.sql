-- Of the round only what cannot change any more is kept: per partition, up to the turning point.
create or replace temp table raw_turned as
with judged as (
    select
        pairs.vintage_number,
        pairs.reference_number,
        pairs.series_number,
        pairs.country_number,
        pairs.order_number,
        bool_or(coalesce(not round.is_acknowledged, false)) as is_failing
    from raw_pairs as pairs
    left join raw_round as round on pairs.vintage_number = round.vintage_number
    group by all
),

turning as (
    select
        *,
        min(case when is_failing = $turns_when_failing then order_number else null end) over (
            partition by series_number, country_number
        ) as turning_number
    from judged
)

select
    vintage_number,
    reference_number,
    not is_failing as is_good
from turning
where turning_number is null or order_number <= turning_number;

insert into raw_settled from raw_turned;

insert into raw_findings by name
select round.* exclude (reference_number)
from raw_round as round
semi join raw_turned as turned on round.vintage_number = turned.vintage_number;

insert into raw_shifts
select
    changes.vintage_number,
    changes.observation_year,
    changes.value_before,
    case
        when pairs.least_value > 0 and changes.value_before > 0
            then ln(changes.value / changes.value_before)
        else (changes.value - changes.value_before) / nullif(abs(pairs.average_value), 0)
    end as shift
from raw_changes as changes
inner join raw_pairs as pairs on changes.vintage_number = pairs.vintage_number
semi join raw_turned as turned on changes.vintage_number = turned.vintage_number and turned.is_good
where pairs.is_whole;

delete from raw_open where vintage_number in (select vintage_number from raw_turned);
