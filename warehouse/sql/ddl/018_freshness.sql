-- 018_freshness: when a fact may be summed, said once for all that ask.

-- Observed near enough to the instant it stands for; the limit is in minutes.
create macro core.is_timely(snapshot_at, observed_at, max_age_minutes) as (
    abs(epoch_us(snapshot_at) - epoch_us(observed_at)) <= max_age_minutes * 60e6
);

-- Of good quality, and an amount. Beyond 1e24 (and NaN, which DuckDB sorts last) is none; exact
-- sums could not hold it.
create macro core.is_sound(quality, oi_base, oi_usd) as (
    quality = 'ok' and coalesce(oi_base < 1e24 and oi_usd < 1e24, false)
);
