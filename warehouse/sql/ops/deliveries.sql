-- deliveries: all deliveries on record.
-- Grain   one row per (recipient, report_date, kind)
-- Inputs  ops.deliveries
select
    recipient,
    report_date,
    kind,
    message_id,
    state,
    attempts,
    sent_at,
    error
from ops.deliveries
order by
    report_date,
    kind,
    recipient
