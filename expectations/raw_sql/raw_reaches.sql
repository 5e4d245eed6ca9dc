-- How far a step may lie from the usual one, by the past of its own series. Part by part: what a median is taken of
-- lies in memory, and nothing of it can go to disk.
create temp table if not exists raw_reached as
select
    news.*,
    cast(null as double) as usual_step,
    cast(null as double) as reach
from raw_news as news
limit 0;

insert into raw_reached
with steps as (
    select
        vintage_number,
        step
    from raw_steps
    where not is_new and vintage_number % $parts = $part
),

medians as (
    select
        vintage_number,
        median(step) as usual_step,
        count(step) as past_count
    from steps
    group by vintage_number
    having count(step) >= any_value((select jump_past_number from raw_limits))
),

bounds as (
    select
        medians.vintage_number,
        medians.usual_step,
        limits.jump_deviations_ratio * median(abs(steps.step - medians.usual_step)) as own_reach
    from medians
    inner join steps on medians.vintage_number = steps.vintage_number
    cross join raw_limits as limits
    group by medians.vintage_number, medians.usual_step, limits.jump_deviations_ratio
)

select
    news.*,
    bounds.usual_step,
    greatest(bounds.own_reach, ln(1 + news.smallest_pct / 100)) as reach
from raw_news as news
inner join bounds on news.vintage_number = bounds.vintage_number;
