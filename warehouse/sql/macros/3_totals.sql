-- totals: coverage, what is withheld and why, and what is not counted.

-- Strength of evidence, 1 the strongest; what nobody registered is assumed.
create or replace macro core.evidence_grade(evidence) as (
    coalesce(
        nullif(list_position(['official', 'measured', 'assumed', 'contested'], evidence), 0), 3
    )
);

create or replace macro core.evidence_of(grade) as (
    ['official', 'measured', 'assumed', 'contested'][grade]
);

-- Fresh share of the known amounts x share of instruments whose amount is known. Where nothing is
-- open, all of it or nothing is there.
create or replace macro core.coverage(fresh_usd, known_usd, fresh, instruments, known) as (
    case
        when known_usd > 0 then fresh_usd / known_usd
        when fresh = instruments then 1
        else 0
    end
    * (known / nullif(instruments, 0))
);

-- Why instruments of a venue do not count.
create or replace macro core.gap_word(is_stale, is_suspect, is_missing) as (
    case
        when is_stale then 'stale'
        when is_suspect then 'suspect'
        when is_missing then 'missing'
        else 'of unknown size'
    end
);

create or replace macro core.gap_text(venue, word, instruments, fresh) as (
    case
        when fresh = 0 then venue || ' ' || word
        else
            format(
                '{} partly {} ({} of {} instruments)', venue, word, instruments - fresh, instruments
            )
    end
);

-- Rounded apart, so that the sentence never says that a figure is below itself.
create or replace macro core.withheld_reason(covered, minimum, words) as (
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
create or replace macro core.why_uncounted(quality, oi_base, oi_usd, route_usd, source, rule_doubt) as (
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

-- Whether the order books read belong to enough of the open interest for a figure that rests on
-- them: three fifths (M25).
create or replace macro core.is_covered(part) as (part >= 0.6);
