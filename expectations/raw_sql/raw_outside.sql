-- Vintages that their range holds back were compared with nothing: here they are, with the last good one before
-- them, so that a partition in another unit is told of as that.
create or replace temp table raw_open as
select distinct vintage_number from raw_findings where check_id = 'raw.range';

create or replace temp table raw_references as
select
    vintages.vintage_number,
    arg_max(good.vintage_number, good.order_number) as reference_number
from raw_vintages as vintages
semi join raw_open as open on vintages.vintage_number = open.vintage_number
inner join raw_vintages as good
    on
        vintages.series_number = good.series_number
        and vintages.country_number = good.country_number
        and good.order_number < vintages.order_number
inner join raw_settled as settled on good.vintage_number = settled.vintage_number
where settled.is_good
group by vintages.vintage_number;
