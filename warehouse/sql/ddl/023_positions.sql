-- 023_positions: a change is one of positions, not of coins.

-- What a move of the price alone leaves unchanged, in one unit per instrument: coins for linear
-- contracts and options, USD of face value for inverse futures, contracts times their size for
-- quanto ones. So a change of the contract size is no change of it either; contracts of a size
-- that no listing states are taken to have kept it. Null where it cannot be told: quanto contracts
-- known in coins alone, whose number moves with the price of the coin they settle in.
create macro core.held(kind, margin, oi_base, oi_usd, oi_contracts, contract_size) as (
    case
        when kind = 'option' or margin = 'linear' then oi_base
        when margin = 'inverse' then oi_usd
        else oi_contracts * coalesce(contract_size, 1)
    end
);

-- The change of positions between two instants in USD at the earlier price, and, as flow, at the
-- mean of both. held is that of core.held, unit what one of it is worth; where nothing is open and
-- no price is known, it is worth what it is at the other end.
create macro core.positions_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * coalesce(unit_0, unit_1, 0)
);

create macro core.flow_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * (coalesce(unit_0, unit_1, 0) + coalesce(unit_1, unit_0, 0)) / 2
);

comment on macro core.held is -- noqa: PRS
'what a move of the price alone leaves unchanged: coins, USD of face value of inverse futures, contracts times size of quanto ones (M02, M03)';
comment on macro core.positions_usd is
'change of positions between two instants, in USD at the earlier price (M03)';
comment on macro core.flow_usd is
'change of positions between two instants, in USD at the mean price (M04)';
comment on macro core.price_oi_cell is
'reading of a price return and a return of open positions together (M08)';
