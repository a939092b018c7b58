-- delivery_find: what is known about one message to one recipient.
-- Grain   at most one row: (recipient, report_date, kind)
-- Inputs  ops.deliveries
-- Params  $recipient, $report_date, $kind
select
    message_id,
    state,
    attempts,
    sent_at,
    error
from ops.deliveries
where
    recipient = $recipient
    and report_date = $report_date
    and kind = $kind
order by state = 'sent' desc, attempts desc
limit 1
