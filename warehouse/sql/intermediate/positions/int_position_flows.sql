-- int_position_flows: what forced closes are worked out from, step by step.
-- Grain   one row per (instrument, until_at)
-- Inputs  int_position_moves, int_liquidation_members, int_liquidation_rules
-- Params  $bin_pct  double, width of a bin in percent
-- Flows are those of int_position_moves, kept the part of older positions that they keep. Prices
-- are in bins, and null where a step has no known price; bin_before is that of the first one.
select
    moves.instrument,
    moves.until_at,
    cast(rules.rule as integer) as rule,
    moves.is_bridged,
    moves.held_before,
    moves.closed,
    moves.opened,
    exp(moves.kept) as kept,
    moves.volume,
    if(moves.price_low > 0, ln(moves.price_low) / ln(1 + $bin_pct / 100), null) as bin_low,
    if(moves.price_low > 0, ln(moves.price_high) / ln(1 + $bin_pct / 100), null) as bin_high,
    if(moves.price_before > 0, ln(moves.price_before) / ln(1 + $bin_pct / 100), null)
        as bin_before
from int_position_moves as moves
inner join int_liquidation_members as members
    on moves.instrument = members.instrument
inner join int_liquidation_rules as rules
    on members.book = rules.book
order by moves.instrument, moves.until_at
