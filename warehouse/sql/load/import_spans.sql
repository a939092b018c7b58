-- import_spans: from when to when the imported rows reach, and how many they are.
-- Grain   one row
-- Inputs  scratch.import_rows
select
    min(rows.import_at) as since,
    max(rows.import_at) as until,
    count(*) as imported
from scratch.import_rows as rows
