-- Partitions that changed as a whole, and whether their values stood elsewhere before.
create or replace temp table raw_moves as
select
    pairs.vintage_number,
    pairs.snapshot_number,
    pairs.country_number,
    pairs.reference_number,
    pairs.is_whole,
    count(*) as changed_count,
    median(changes.value / nullif(changes.value_before, 0)) as median_ratio
from raw_changes as changes
inner join raw_pairs as pairs on changes.vintage_number = pairs.vintage_number
group by all
-- fewer than half: nothing that happened to the partition as a whole
having 2 * count(*) > any_value(pairs.common_count);

-- the changed values that stood elsewhere in the references of the same snapshot
create or replace temp table raw_places as
with references_ as (
    select
        moves.snapshot_number,
        moves.country_number,
        cells.observation_year,
        cells.value
    from (
        select snapshot_number, country_number, reference_number from raw_pairs
        where snapshot_number in (select snapshot_number from raw_moves where is_whole)
    ) as moves
    inner join raw_cells as cells on moves.reference_number = cells.vintage_number
)

select
    moves.vintage_number,
    references_.country_number,
    references_.observation_year - changes.observation_year as years_apart,
    count(*) as found_count
from raw_moves as moves
inner join raw_changes as changes on moves.vintage_number = changes.vintage_number
inner join references_
    on
        moves.snapshot_number = references_.snapshot_number
        and changes.value = references_.value
cross join raw_limits as limits
where
    moves.is_whole
    and moves.changed_count >= limits.moved_cells_number
    and (
        (
            moves.country_number = references_.country_number
            and abs(changes.observation_year - references_.observation_year) = 1
        )
        or (
            moves.country_number != references_.country_number
            and changes.observation_year = references_.observation_year
        )
    )
group by all
-- one year at the end has nowhere to have stood
having 100 * count(*) >= any_value(limits.moved_share_pct * (moves.changed_count - 1));
