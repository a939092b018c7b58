-- withdraw_observed_positions: close what accounts that answered again no longer hold.
-- Inputs  answered_accounts (venue, account), staged_positions (account, symbol)
-- Params  $snapshot_at, $recorded_at
update core.observed_positions as known
set superseded_at = $recorded_at
from answered_accounts as answered
where
    known.superseded_at is null
    and known.snapshot_at = $snapshot_at
    and known.venue = answered.venue
    and known.account = answered.account
    and not exists (
        select 1
        from staged_positions as staged
        where
            staged.account = known.account
            and staged.symbol = known.symbol
    )
