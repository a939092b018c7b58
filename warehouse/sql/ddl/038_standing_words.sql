-- 038_standing_words: a figure that stands still where nobody tells the volume is not said to trade.
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
