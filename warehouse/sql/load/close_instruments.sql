-- close_instruments: end the validity of instruments that changed or are no longer listed.
-- Inputs  core.instruments, staged_instruments (whole listings of the venues in it)
-- Params  $listed_at  timestamptz, when the listing was received
update core.instruments as known
set valid_to = $listed_at
where
    known.valid_to is null
    and known.valid_from <= $listed_at
    and known.venue in (select staged.venue from staged_instruments as staged)
    and not exists (
        select 1
        from staged_instruments as staged
        where
            (
                staged.venue, staged.symbol, staged.market_id, staged.product, staged.asset,
                staged.base_multiplier, staged.quote, staged.settle, staged.kind, staged.margin,
                staged.contract_size, staged.contract_size_unit, staged.expiry, staged.strike,
                staged.option_type, staged.max_leverage, staged.listed_at, staged.is_active
            ) is not distinct from (
                known.venue, known.symbol, known.market_id, known.product, known.asset,
                known.base_multiplier, known.quote, known.settle, known.kind, known.margin,
                known.contract_size, known.contract_size_unit, known.expiry, known.strike,
                known.option_type, known.max_leverage, known.listed_at, known.is_active
            )
    )
