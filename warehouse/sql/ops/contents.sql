-- contents: files of responses, and what tells their content from another.
-- Grain   one row per file
-- Inputs  ops.fetches
select
    file,
    content_sha256
from ops.fetches
order by file
