-- Each vintage beside the one before it: right up to and including the first that fails.
create or replace temp table raw_references as
select
    vintage_number,
    lag(vintage_number) over (
        partition by series_number, country_number
        order by order_number
    ) as reference_number
from raw_vintages
semi join (
    select vintage_number from raw_open
    union all
    select vintage_number from raw_settled where is_good
) using (vintage_number);
