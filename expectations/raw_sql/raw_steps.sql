-- Warnings, of the newest good vintage of each partition: what it lacks, and where it jumps.
create temp table raw_current as
select
    vintages.*,
    settled.reference_number,
    coalesce(before.values_mask, 0) as mask_before,
    row_number() over (
        partition by vintages.series_number, vintages.country_number
        order by vintages.order_number desc
    ) as place
from raw_vintages as vintages
inner join raw_settled as settled on vintages.vintage_number = settled.vintage_number
left join raw_vintages as before
    on settled.reference_number = before.vintage_number and vintages.unit_key = before.unit_key
where settled.is_good and vintages.is_whole
qualify place = 1;

-- narrow on purpose: it is as long as raw
create temp table raw_steps as
with told as (
    select
        vintage_number,
        observation_year,
        value,
        lag(value) over years as value_before,
        cast(observation_year - lag(observation_year) over years as smallint) as distance
    from raw_cells
    semi join raw_current using (vintage_number)
    where value is not null
    window years as (partition by vintage_number order by observation_year)
),

placed as (
    select
        told.*,
        current_.least_value,
        current_.average_value,
        current_.last_place,
        current_.mask_before,
        told.observation_year - limits.first_year as place,
        cast(1 as hugeint) << (told.observation_year - limits.first_year) as bit,
        current_.breaks_mask
    from told
    inner join raw_current as current_ on told.vintage_number = current_.vintage_number
    cross join raw_limits as limits
    where
        told.value_before is not null
        and told.observation_year between limits.first_year and limits.last_year
)

select
    vintage_number,
    observation_year,
    distance,
    case
        when distance > 1 or breaks_mask & bit != 0 then null
        when least_value > 0 then ln(value / value_before)
        else (value - value_before) / nullif(abs(average_value), 0)
    end as step,
    -- only what is new is news; where nothing came before, the newest year
    case when mask_before = 0 then place = last_place else mask_before & bit = 0 end as is_new
from placed;
