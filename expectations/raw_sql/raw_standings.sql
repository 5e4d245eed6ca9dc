-- How each partition with a finding stands: what is in force, since when, and its last good vintage.
create temp table raw_standings as
with judged as (
    select
        vintages.vintage_number,
        vintages.series_number,
        vintages.country_number,
        vintages.order_number,
        coalesce(settled.is_good, false) as is_good
    from raw_vintages as vintages
    left join raw_settled as settled on vintages.vintage_number = settled.vintage_number
    semi join (
        select distinct vintages.series_number, vintages.country_number
        from raw_findings as findings
        inner join raw_vintages as vintages on findings.vintage_number = vintages.vintage_number
    ) as told
        on
            vintages.series_number = told.series_number
            and vintages.country_number = told.country_number
),

followed as (
    select
        *,
        -- nothing good came after it
        not bool_or(is_good) over (
            partition by series_number, country_number
            order by order_number
            rows between 1 following and unbounded following
        ) is true as is_last,
        max(case when is_good then order_number else null end) over (
            partition by series_number, country_number
            order by order_number
            rows between unbounded preceding and 1 preceding
        ) as good_number
    from judged
)

select
    followed.vintage_number,
    followed.is_good,
    followed.is_last as is_in_force,
    good.vintage_number as good_vintage_number,
    min(case when followed.is_good then null else names.vintage_date end) over (
        partition by followed.series_number, followed.country_number, followed.good_number
    ) as held_since_date
from followed
inner join raw_vintage_names as names on followed.vintage_number = names.vintage_number
left join judged as good
    on
        followed.series_number = good.series_number
        and followed.country_number = good.country_number
        and followed.good_number = good.order_number;
