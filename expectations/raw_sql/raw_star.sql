-- Each vintage beside the last good one: right up to and including the first that passes. It settles a source that
-- stays broken in one round.
create or replace temp table raw_references as
with good as (
    select
        vintages.series_number,
        vintages.country_number,
        arg_max(vintages.vintage_number, vintages.order_number) as reference_number
    from raw_vintages as vintages
    inner join raw_settled as settled on vintages.vintage_number = settled.vintage_number
    where settled.is_good
    group by vintages.series_number, vintages.country_number
)

select
    vintages.vintage_number,
    good.reference_number
from raw_vintages as vintages
left join good
    on
        vintages.series_number = good.series_number
        and vintages.country_number = good.country_number;
