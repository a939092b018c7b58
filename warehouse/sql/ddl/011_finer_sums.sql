-- 011_finer_sums: the exact sum counts in smaller units.

-- A sum that is exact, hence the same whatever the order of the rows and the number of
-- threads: adding doubles is neither. It counts in units of 1e-13: what many small parts lose
-- by rounding stays below a hundredth of a satoshi, as a position spread over many price bins
-- must still add up. It holds sums up to 1e25.
create or replace macro core.exact_sum(amount) as (
    cast(sum(cast(amount * 1e13 as hugeint)) as double) / 1e13
);
