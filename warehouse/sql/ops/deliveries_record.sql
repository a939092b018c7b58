-- deliveries_record: put deliveries on record, in place of what was known of the same messages.
-- Grain   one row per (recipient, report_date, kind)
-- Inputs  delivered, ops.deliveries
merge into ops.deliveries
using delivered
    on
        deliveries.recipient = delivered.recipient
        and deliveries.report_date = delivered.report_date
        and deliveries.kind = delivered.kind
when matched then
    update set
        message_id = delivered.message_id,
        state = delivered.state,
        attempts = delivered.attempts,
        sent_at = delivered.sent_at,
        error = delivered.error
when not matched then
    insert (recipient, report_date, kind, message_id, state, attempts, sent_at, error)
    values
    (
        delivered.recipient, delivered.report_date, delivered.kind, delivered.message_id,
        delivered.state, delivered.attempts, delivered.sent_at, delivered.error
    )
