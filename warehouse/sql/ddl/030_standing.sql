-- 030_standing: why the rows around a figure make it suspect; when a contract ends.
alter table core.open_interest add column suspect_reason varchar;

-- When a contract ends whose symbol says its day: 08:00 UTC, when most exchanges settle. Null for
-- perpetuals; six digits that are an option's strike are no day.
create macro core.expires_at(symbol) as (
    timezone(
        'UTC',
        try_strptime(
            regexp_extract(symbol, ':[^-]+-(\d{6})(?:-[0-9.]+-[CP])?$', 1), '%y%m%d'
        ) + interval 8 hour
    )
);

comment on macro core.expires_at is
'when a contract ends by the day in its symbol, at 08:00 UTC; null for perpetuals (M02)';

-- What a row says of itself, whatever the rows around it made of it.
create macro core.told_quality(quality, suspect_reason) as (
    case when suspect_reason is null then quality else 'ok' end
);

-- What a price move alone leaves unchanged of a contract: USD of face value of inverse ones, the
-- number of quanto ones, coins of all others.
create macro core.figure(margin, oi_contracts, oi_base, oi_usd) as (
    case margin
        when 'inverse' then coalesce(oi_usd, oi_base)
        when 'quanto' then coalesce(oi_contracts, oi_base)
        else coalesce(oi_base, oi_contracts, oi_usd)
    end
);

-- The reason in words, for whoever reads what is not counted.
create macro core.standing_reason(suspect_reason) as (
    case suspect_reason
        when 'expired' then 'the contract has ended'
        when 'zero' then 'nothing is open, though the venue does not say that nothing is traded'
        when 'frozen' then 'the figure stands still for more than six observations, though it trades'
    end
);
