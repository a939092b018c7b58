-- 025_totals: totals of the market and of product lines, and the rules they share with assets.

-- Strength of evidence, 1 the strongest; what nobody registered is assumed.
create macro core.evidence_grade(evidence) as (
    coalesce(
        nullif(list_position(['official', 'measured', 'assumed', 'contested'], evidence), 0), 3
    )
);

create macro core.evidence_of(grade) as (
    ['official', 'measured', 'assumed', 'contested'][grade]
);

-- Fresh share of the known amounts x share of instruments whose amount is known. Where nothing is
-- open, all of it or nothing is there.
create macro core.coverage(fresh_usd, known_usd, fresh, instruments, known) as (
    case
        when known_usd > 0 then fresh_usd / known_usd
        when fresh = instruments then 1
        else 0
    end
    * (known / nullif(instruments, 0))
);

-- Why instruments of a venue do not count.
create macro core.gap_word(is_stale, is_suspect, is_missing) as (
    case
        when is_stale then 'stale'
        when is_suspect then 'suspect'
        when is_missing then 'missing'
        else 'of unknown size'
    end
);

create macro core.gap_text(venue, word, instruments, fresh) as (
    case
        when fresh = 0 then venue || ' ' || word
        else
            format(
                '{} partly {} ({} of {} instruments)', venue, word, instruments - fresh, instruments
            )
    end
);

-- Rounded apart, so that the sentence never says that a figure is below itself.
create macro core.withheld_reason(covered, minimum, words) as (
    case
        when covered < minimum
            then
                format(
                    'coverage {:.2f} < {:.2f}: {}',
                    floor(covered * 100 + 1e-9) / 100,
                    ceil(minimum * 100 - 1e-9) / 100,
                    words
                )
    end
);

-- Why a fact that is stored is not summed.
create macro core.why_uncounted(quality, oi_base, oi_usd, route_usd, source, rule_doubt) as (
    case
        when quality = 'suspect' and oi_base is null
            then 'no price came with it, so the amount of coins is unknown'
        when quality = 'suspect' and oi_usd is null
            then 'no price came with it, so USD is unknown'
        when quality = 'suspect' and rule_doubt is not null then rule_doubt
        when quality = 'suspect' and source = 'import'
            then 'suspect when imported: value and price disagree, or the figure stood still'
        when
            quality = 'suspect'
            and abs(oi_usd - route_usd) > 0.02 * greatest(oi_usd, route_usd)
            then 'the exchange''s own figures disagree by more than 2 %'
        when quality = 'suspect' then 'suspect when it was stored'
        when not core.is_sound(quality, oi_base, oi_usd) then 'no amount that could be true'
        else 'observed too far from the instant of the report'
    end
);

alter table marts.oi_by_asset add column funding_covered_share double;

create table marts.oi_market (
    snapshot_at timestamptz not null,
    kind_group varchar not null,
    oi_usd double not null,
    oi_usd_linear double not null,
    oi_usd_inverse double not null,
    oi_usd_quanto double not null,
    instruments_fresh integer not null,
    instruments_expected integer not null,
    coverage double not null,
    published boolean not null,
    withheld_reason varchar,
    change_1h_pct double,
    change_4h_pct double,
    change_24h_pct double,
    change_7d_pct double,
    matched_24h_share double,
    flow_usd_24h double,
    revaluation_usd_24h double,
    funding_8h_oi_weighted double,
    funding_covered_share double,
    observed_from timestamptz not null,
    observed_until timestamptz not null,
    is_simulated boolean not null,
    venues_fresh integer not null,
    venues_asked integer not null
);

create table marts.oi_by_product (
    snapshot_at timestamptz not null,
    kind_group varchar not null,
    venue varchar not null,
    product varchar not null,
    oi_usd double not null,
    oi_usd_linear double not null,
    oi_usd_inverse double not null,
    oi_usd_quanto double not null,
    instruments_fresh integer not null,
    instruments_expected integer not null,
    coverage double not null,
    published boolean not null,
    withheld_reason varchar,
    change_1h_pct double,
    change_4h_pct double,
    change_24h_pct double,
    change_7d_pct double,
    matched_24h_share double,
    flow_usd_24h double,
    revaluation_usd_24h double,
    funding_8h_oi_weighted double,
    funding_covered_share double,
    observed_from timestamptz not null,
    observed_until timestamptz not null,
    is_simulated boolean not null,
    share double,
    share_change_24h_pp double,
    field varchar not null,
    unit varchar not null,
    counting_factor double not null,
    other_unit_rules varchar,
    unit_evidence varchar not null,
    counting_evidence varchar not null
);

create table marts.oi_uncounted (
    snapshot_at timestamptz not null,
    kind_group varchar not null,
    venue varchar not null,
    reason varchar not null,
    instruments integer not null,
    symbol varchar not null
);
