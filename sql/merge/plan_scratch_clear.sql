-- merge/plan_scratch_clear.sql: forget what was gathered of one collection
-- reads: nothing
-- writes: plan_members, plan_raws, plan_ids, plan_bonds, plan_references
-- params:
-- grain: none left
DELETE FROM plan_members;
DELETE FROM plan_raws;
DELETE FROM plan_ids;
DELETE FROM plan_bonds;
DELETE FROM plan_references;
