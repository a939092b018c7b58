-- int_cluster_lineage: which earlier cluster each bin_run continues.
-- Grain   one row per (asset, kind, side, first_bin) that continues one; each cluster_id at most once
-- Inputs  int_cluster_bin_runs, int_cluster_previous
-- Two price ranges are one cluster when they share at least half of what they cover together, to
-- the percent: bins widen with price, so that the lower of two is a little less than half. So are
-- strikes with the same peak: the edges of a strike move when others beside it come or go.
with

pairs as (

    select
        bin_runs.asset,
        bin_runs.kind,
        bin_runs.side,
        bin_runs.first_bin,
        previous.cluster_id,
        previous.snapshot_at,
        case
            when bin_runs.kind = 'strike' and bin_runs.price_peak = previous.price_peak then 1
            else (
                least(bin_runs.price_high, previous.price_high)
                - greatest(bin_runs.price_low, previous.price_low)
            )
            / nullif(
                greatest(bin_runs.price_high, previous.price_high)
                - least(bin_runs.price_low, previous.price_low),
                0
            )
        end as overlap
    from int_cluster_bin_runs as bin_runs
    inner join int_cluster_previous as previous
        using (asset, kind, side)

),

ranked as (

    select
        *,
        row_number() over (
            partition by asset, kind, side, first_bin
            order by overlap desc, snapshot_at desc, cluster_id asc
        ) as rank_of_previous,
        row_number() over (
            partition by cluster_id
            order by overlap desc, first_bin asc
        ) as rank_of_island
    from pairs
    where round(overlap, 2) >= 0.5

)

select
    asset,
    kind,
    side,
    first_bin,
    cluster_id
from ranked
where
    rank_of_previous = 1
    and rank_of_island = 1
order by asset, kind, side, first_bin
