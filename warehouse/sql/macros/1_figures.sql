-- figures: what one figure is: its kind, whether it counts, and its positions.

-- Futures, options and what is open against pools are never summed together; this says which is
-- which.
create or replace macro core.kind_group(kind) as (
    case kind when 'option' then 'options' when 'pool' then 'pool' else 'futures' end
);

-- A sum that is exact, hence the same whatever the order of the rows and the number of
-- threads: adding doubles is neither. It counts in units of 1e-13: what many small parts lose
-- by rounding stays below a hundredth of a satoshi, as a position spread over many price bins
-- must still add up. It holds sums up to 1e25.
create or replace macro core.exact_sum(amount) as (
    cast(sum(cast(amount * 1e13 as hugeint)) as double) / 1e13
);

-- Whether a row was current at an instant.
create or replace macro core.was_known(recorded_at, superseded_at, known_at) as (
    recorded_at <= known_at and (superseded_at is null or superseded_at > known_at)
);

-- Mean of values over those that have one, by weight; exact, like the sums.
create or replace macro core.weighted(value, weight) as (
    core.exact_sum(value * weight)
    / nullif(core.exact_sum(case when value is not null then weight end), 0)
);

-- Observed near enough to the instant it stands for; the limit is in minutes.
create or replace macro core.is_timely(snapshot_at, observed_at, max_age_minutes) as (
    abs(epoch_us(snapshot_at) - epoch_us(observed_at)) <= max_age_minutes * 60e6
);

-- Of good quality, and an amount. Beyond 1e24 (and NaN, which DuckDB sorts last) is none; exact
-- sums could not hold it.
create or replace macro core.is_sound(quality, oi_base, oi_usd) as (
    quality = 'ok' and coalesce(oi_base < 1e24 and oi_usd < 1e24, false)
);

-- What a move of the price alone leaves unchanged, in one unit per instrument: coins for linear
-- contracts and options, USD of face value for inverse futures, contracts times their size for
-- quanto ones. So a change of the contract size is no change of it either; contracts of a size
-- that no listing states are taken to have kept it. Null where it cannot be told: quanto contracts
-- known in coins alone, whose number moves with the price of the coin they settle in.
create or replace macro core.held(kind, margin, oi_base, oi_usd, oi_contracts, contract_size) as (
    case
        when kind = 'option' or margin = 'linear' then oi_base
        when margin = 'inverse' then oi_usd
        else oi_contracts * coalesce(contract_size, 1)
    end
);

comment on macro core.held is -- noqa: PRS
'what a move of the price alone leaves unchanged: coins, USD of face value of inverse futures, contracts times size of quanto ones (M02, M03)';

-- The change of positions between two instants in USD at the earlier price, and, as flow, at the
-- mean of both. held is that of core.held, unit what one of it is worth; where nothing is open and
-- no price is known, it is worth what it is at the other end.
create or replace macro core.positions_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * coalesce(unit_0, unit_1, 0)
);

comment on macro core.positions_usd is
'change of positions between two instants, in USD at the earlier price (M03)';

create or replace macro core.flow_usd(held_0, unit_0, held_1, unit_1) as (
    (held_1 - held_0) * (coalesce(unit_0, unit_1, 0) + coalesce(unit_1, unit_0, 0)) / 2
);

comment on macro core.flow_usd is
'change of positions between two instants, in USD at the mean price (M04)';

-- By how many percentage points the share of a part in a whole changed at unchanged prices. A rise
-- of the price alone lowers the USD share of whoever holds inverse contracts.
create or replace macro core.share_change_pp(part_usd, part_positions, whole_usd, whole_positions) as (
    100 * (
        (part_usd + part_positions) / nullif(whole_usd + whole_positions, 0)
        - part_usd / nullif(whole_usd, 0)
    )
);

comment on macro core.share_change_pp is -- noqa: PRS
'change of a share in percentage points at unchanged prices, from USD at the earlier instant and the change of positions (M03, M18)';

-- What a price move alone leaves unchanged of a contract: USD of face value of inverse ones, the
-- number of quanto ones, coins of all others.
create or replace macro core.figure(margin, oi_contracts, oi_base, oi_usd) as (
    case margin
        when 'inverse' then coalesce(oi_usd, oi_base)
        when 'quanto' then coalesce(oi_contracts, oi_base)
        else coalesce(oi_base, oi_contracts, oi_usd)
    end
);

-- What a row says of itself, whatever the rows around it made of it.
create or replace macro core.told_quality(quality, suspect_reason) as (
    case when suspect_reason is null then quality else 'ok' end
);

-- When a contract ends whose symbol says its day: 08:00 UTC, when most exchanges settle. Null for
-- perpetuals; six digits that are an option's strike are no day.
create or replace macro core.expires_at(symbol) as (
    timezone(
        'UTC',
        try_strptime(
            regexp_extract(symbol, ':[^-]+-(\d{6})(?:-[0-9.]+-[CP])?$', 1), '%y%m%d'
        ) + interval 8 hour
    )
);

comment on macro core.expires_at is
'when a contract ends by the day in its symbol, at 08:00 UTC; null for perpetuals (M02)';

create or replace macro core.standing_reason(suspect_reason) as (
    case suspect_reason
        when 'expired' then 'the contract has ended'
        when 'zero' then 'nothing is open, though the venue does not say that nothing is traded'
        when 'frozen'
            then
                'the figure stands still for more than six observations,'
                || ' though the venue does not say that nothing is traded'
    end
);

-- Coins that at most changed hands between open positions in an interval: offsetting opens and
-- closes land here too, so it is a bound. Null where more opened or closed than was traded, which
-- no single-sided figures can say. Both in the same unit.
create or replace macro core.transfer_bound(volume, oi_change) as (
    case when volume >= abs(oi_change) then volume - abs(oi_change) end
);

comment on macro core.transfer_bound is
'upper bound of the volume that left open interest as it was, from the volume of an interval and the change of open interest over it (M01)';
