-- left_out: contracts whose ticker or quote is in doubt, and that no total counts.

-- Contracts that are left out because one ticker names different things. Those of one asset fall
-- into things where their prices, in order, lie further apart than by half. The thing that more
-- than half of the venues list keeps the name; where none is, nobody knows whose it is, and all
-- are left out. other_price is that of the other thing that most list; is_owned tells whether the
-- name is kept, so that what is left out is known to be another thing.
create or replace macro core.tickers_apart(first_at, last_at, as_known_at, max_age_minutes) as table (
    with

    priced as (

        select
            facts.snapshot_at,
            facts.venue,
            facts.symbol,
            facts.asset,
            coalesce(
                case when facts.kind = 'option' then facts.index_price else facts.mark_price end,
                facts.oi_usd / nullif(facts.oi_base, 0)
            ) as price
        from core.open_interest as facts
        where
            facts.snapshot_at between first_at and last_at
            and core.was_known(facts.recorded_at, facts.superseded_at, as_known_at)
            and facts.oi_base > 0
            and core.is_timely(facts.snapshot_at, facts.observed_at, max_age_minutes)
            and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)

    ),

    doubtful as (

        select
            priced.snapshot_at,
            priced.asset
        from priced
        where priced.price > 0
        group by all
        having max(priced.price) > 1.5 * min(priced.price)

    ),

    ordered as (

        select
            priced.*,
            priced.price > 1.5 * lag(priced.price) over in_order as is_next
        from priced
        inner join doubtful
            using (snapshot_at, asset)
        where priced.price > 0
        window in_order as (
            partition by priced.snapshot_at, priced.asset
            order by priced.price, priced.venue, priced.symbol
        )

    ),

    things as (

        select
            ordered.*,
            count(*) filter (where ordered.is_next) over (
                partition by ordered.snapshot_at, ordered.asset
                order by ordered.price, ordered.venue, ordered.symbol
                rows between unbounded preceding and current row
            ) as thing
        from ordered

    ),

    listed as (

        select
            things.snapshot_at,
            things.asset,
            things.thing,
            count(distinct things.venue) as venues,
            median(things.price) as price
        from things
        group by all

    ),

    asked as (

        select
            things.snapshot_at,
            things.asset,
            count(distinct things.venue) as venues
        from things
        group by all

    ),

    voted as (

        select
            mine.snapshot_at,
            mine.asset,
            mine.thing,
            2 * mine.venues > any_value(asked.venues) and mine.venues > max(others.venues)
                as is_of_most,
            max_by(others.price, (others.venues, -others.thing)) as other_price
        from listed as mine
        inner join listed as others
            on
                mine.snapshot_at = others.snapshot_at
                and mine.asset = others.asset
                and mine.thing <> others.thing
        inner join asked
            on
                mine.snapshot_at = asked.snapshot_at
                and mine.asset = asked.asset
        group by
            mine.snapshot_at,
            mine.asset,
            mine.thing,
            mine.venues

    )

    select
        things.snapshot_at,
        things.venue,
        things.symbol,
        things.asset,
        things.price,
        voted.other_price,
        bool_or(voted.is_of_most) over (
            partition by things.snapshot_at, things.asset
        ) as is_owned
    from things
    inner join voted
        using (snapshot_at, asset, thing)
    qualify not voted.is_of_most
);

-- Contracts quoted in a dollar coin that is more than 5 % from a dollar, by the prices of at least
-- three assets: those in it beside those of the same assets in USD, else in USDT and USDC, which
-- themselves are held against USD alone. What builders of exchanges list (XYZ-TSLA) is compared by
-- what it is named after. dollars is what a coin of the quote is worth in USD.
create or replace macro core.quotes_off_peg(first_at, last_at, as_known_at, max_age_minutes) as table (
    with

    priced as (

        select
            facts.snapshot_at,
            facts.venue,
            facts.symbol,
            facts.asset,
            split_part(facts.asset, '-', -1) as thing,
            split_part(split_part(facts.symbol, '/', 2), ':', 1) as quote,
            facts.mark_price as price
        from core.open_interest as facts
        where
            facts.snapshot_at between first_at and last_at
            and core.was_known(facts.recorded_at, facts.superseded_at, as_known_at)
            and facts.kind = 'perp'
            and facts.mark_price > 0
            and core.is_timely(facts.snapshot_at, facts.observed_at, max_age_minutes)
            and core.is_sound(facts.quality, facts.oi_base, facts.oi_usd)

    ),

    quoted as (

        select
            priced.snapshot_at,
            priced.thing,
            priced.quote,
            avg(priced.price) as price
        from priced
        group by all

    ),

    compared as (

        select
            mine.snapshot_at,
            mine.quote,
            mine.thing,
            mine.price,
            coalesce(
                median(others.price) filter (where others.quote = 'USD'),
                median(others.price) filter (where mine.quote not in ('USDT', 'USDC'))
            ) as in_dollars
        from quoted as mine
        inner join quoted as others
            on
                mine.snapshot_at = others.snapshot_at
                and mine.thing = others.thing
                and mine.quote <> others.quote
        where
            mine.quote <> 'USD'
            and others.quote in ('USD', 'USDT', 'USDC')
        group by all

    ),

    judged as (

        select
            compared.snapshot_at,
            compared.quote,
            median(compared.in_dollars / compared.price) as dollars,
            count(*) as things
        from compared
        where compared.in_dollars > 0
        group by all
        having
            count(*) >= 3
            and abs(median(compared.in_dollars / compared.price) - 1) > 0.05

    )

    select
        priced.snapshot_at,
        priced.venue,
        priced.symbol,
        priced.asset,
        priced.quote,
        judged.dollars,
        judged.things
    from priced
    inner join judged
        using (snapshot_at, quote)
);

-- Both: contracts that are in no sum. One row per snapshot_at, venue and symbol; is_other tells those
-- that are known to be another thing than the asset whose name they bear.
create or replace macro core.contracts_left_out(first_at, last_at, as_known_at, max_age_minutes) as table (
    with

    found as (

        select
            apart.snapshot_at,
            apart.venue,
            apart.symbol,
            apart.is_owned as is_other,
            'by its price one ticker names two things' as reason
        from core.tickers_apart(first_at, last_at, as_known_at, max_age_minutes) as apart
        union all
        select
            off_peg.snapshot_at,
            off_peg.venue,
            off_peg.symbol,
            false as is_other,
            'its quote is not worth a dollar' as reason
        from core.quotes_off_peg(first_at, last_at, as_known_at, max_age_minutes) as off_peg

    )

    select
        found.snapshot_at,
        found.venue,
        found.symbol,
        bool_or(found.is_other) as is_other,
        min(found.reason) as reason
    from found
    group by all
);
