-- int_liquidation_members: which book an instrument's positions are in.
-- Grain   one row per instrument of a profiled asset
-- Inputs  int_position_universe, int_position_assets
-- A book is an asset on an exchange, inverse contracts apart: their liquidation prices differ.
with

members as (

    select
        universe.instrument,
        universe.asset,
        universe.venue,
        universe.is_inverse,
        universe.oi_base,
        universe.symbol,
        universe.is_simulated,
        dense_rank() over (order by universe.asset, universe.venue, universe.is_inverse) as book
    from int_position_universe as universe
    inner join int_position_assets as assets
        on universe.asset = assets.asset

)

select * from members
order by book, instrument
