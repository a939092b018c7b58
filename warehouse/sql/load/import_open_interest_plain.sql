-- import_open_interest_plain: add a stream of imported rows that tell nothing but the six
-- needed columns; what is the same for all of them is written here, which is faster.
-- Inputs  import_batches (the needed columns with oi_usd; kind and margin as numbers, is_suspect)
-- Params  $recorded_at  timestamptz, when the rows become known
--         $run_id       varchar, the run that brings them
insert into core.open_interest by name
select
    batches.snapshot_at,
    batches.snapshot_at as observed_at,
    batches.venue,
    batches.symbol,
    batches.asset,
    case batches.kind_number when 0 then 'perp' when 1 then 'future' else 'option' end as kind,
    case batches.margin_number when 0 then 'linear' when 1 then 'inverse' else 'quanto' end
        as margin,
    batches.oi_base,
    batches.oi_usd,
    batches.mark_price,
    'import' as unit_rule,
    1.0 as counting_factor,
    case when batches.is_suspect then 'suspect' else 'ok' end as quality,
    $recorded_at as recorded_at,
    null::timestamptz as superseded_at,
    $run_id as run_id,
    'import' as source,
    false as is_simulated
from import_batches as batches
