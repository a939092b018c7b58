-- delivery_begin: write down that a message is about to be handed to the mail server.
-- Grain   one row per (recipient, report_date, kind)
-- Inputs  ops.deliveries
-- Params  $recipient, $report_date, $kind, $message_id
-- A delivery that is already sent stays as it is; an earlier attempt keeps its message_id.
merge into ops.deliveries
using (
    select
        $recipient::varchar as recipient,
        $report_date::date as report_date,
        $kind::varchar as kind,
        $message_id::varchar as message_id
) as letter
    on
        deliveries.recipient = letter.recipient
        and deliveries.report_date = letter.report_date
        and deliveries.kind = letter.kind
when matched and deliveries.state <> 'sent' then
    update set
        state = 'sending',
        attempts = deliveries.attempts + 1,
        error = null
when not matched then
    insert (recipient, report_date, kind, message_id, state, attempts)
    values
    (letter.recipient, letter.report_date, letter.kind, letter.message_id, 'sending', 1)
