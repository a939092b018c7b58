-- delivery_end: write down how an attempt that was begun came out.
-- Grain   one row per (recipient, report_date, kind)
-- Inputs  ops.deliveries
-- Params  $recipient, $report_date, $kind, $state (sent or failed), $sent_at, $error
update ops.deliveries
set
    state = $state,
    sent_at = $sent_at::timestamptz,
    error = $error
where
    recipient = $recipient
    and report_date = $report_date
    and kind = $kind
    and state = 'sending'
returning state
