-- How far a step may lie from the usual one, by the past of its own series.
create temp table raw_reached as
with medians as (
    select
        vintage_number,
        median(step) as usual_step,
        count(step) as past_count
    from raw_steps
    where not is_new
    group by vintage_number
    having count(step) >= any_value((select jump_past_number from raw_limits))
),

bounds as (
    select
        medians.vintage_number,
        medians.usual_step,
        limits.jump_deviations_ratio * median(abs(steps.step - medians.usual_step)) as own_reach
    from medians
    inner join raw_steps as steps on medians.vintage_number = steps.vintage_number
    cross join raw_limits as limits
    where not steps.is_new
    group by medians.vintage_number, medians.usual_step, limits.jump_deviations_ratio
)

select
    news.*,
    bounds.usual_step,
    greatest(bounds.own_reach, ln(1 + news.smallest_pct / 100)) as reach
from raw_news as news
inner join bounds on news.vintage_number = bounds.vintage_number;
