-- purge/checkpoint.sql: write all that the workspace's log holds into its file.
-- reads: nothing
-- writes: nothing
-- params:
-- grain: nothing
CHECKPOINT
