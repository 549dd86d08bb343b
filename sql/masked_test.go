package queries_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/mask"
	queries "github.com/sameas/sameas/sql"
)

// shown are the texts that a masked workspace shows as they are: no record's values. Whoever adds a column decides here,
// or in mask/views.sql.
const shown = `
	collection source source_type stage digest input_digest config_digest endpoint group_id status mode sha256
	provider realm channel_id code content_hash path target_collection left_provider left_realm right_provider right_realm
	spec model rule kind levels tf cluster_id tier review_id skips.item successor other_cluster_id judgement who field other_provider other_realm
	plan_id header op_id type method hazards undoes outcome uuid request_sha256 meta.name meta.value purged.what purged.name`

// scratch are tables that hold something while a plan is made, and nothing afterwards.
const scratch = "plan_"

// TestMaskedWorkspaceHidesEveryColumn fills every text of every table with a mark and looks for it in what a masked
// workspace shows.
func TestMaskedWorkspaceHidesEveryColumn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.duckdb")
	db, err := queries.Open(t.Context(), path, queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	columns := columnsOf(t, db)
	for table, all := range columns {
		var values []string
		for _, c := range all {
			values = append(values, marked(c.name, c.typ))
		}
		if _, err := db.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO "%s" VALUES (%s)`, table, strings.Join(values, ", "))); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	m := mask.New("key")
	masked, err := queries.OpenMasked(t.Context(), path, queries.Masks{Value: m.Value, Text: m.Text, JSON: m.JSON, Plan: m.Plan})
	if err != nil {
		t.Fatal(err)
	}
	defer masked.Close()
	hidden := 0
	for table, all := range columns {
		for _, c := range all {
			var text sql.NullString
			if err := masked.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT CAST("%s" AS VARCHAR) FROM "%s" ORDER BY 1 LIMIT 1`, c.name, table)).Scan(&text); err != nil {
				t.Fatalf("%s.%s: %v", table, c.name, err)
			}
			if !strings.Contains(text.String, "canary") && !strings.Contains(text.String, "1985-01-29") {
				hidden++
				continue
			}
			if !strings.HasPrefix(table, scratch) && !slices.Contains(strings.Fields(shown), c.name) && !slices.Contains(strings.Fields(shown), table+"."+c.name) {
				t.Errorf("%s.%s is shown: %s", table, c.name, text.String)
			}
		}
	}
	if hidden < 40 {
		t.Errorf("only %d columns were hidden", hidden)
	}
	if _, err := masked.ExecContext(t.Context(), "DELETE FROM workspace.records"); err == nil {
		t.Error("a masked workspace can be written")
	}
}

type columnOf struct{ name, typ string }

func columnsOf(t *testing.T, db *sql.DB) map[string][]columnOf {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT c.table_name, c.column_name, c.data_type FROM duckdb_columns() c JOIN duckdb_tables() t ON t.table_oid = c.table_oid AND t.database_name = c.database_name WHERE t.database_name = current_database() ORDER BY c.table_name, c.column_index")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns := map[string][]columnOf{}
	for rows.Next() {
		var table string
		var c columnOf
		if err := rows.Scan(&table, &c.name, &c.typ); err != nil {
			t.Fatal(err)
		}
		columns[table] = append(columns[table], c)
	}
	if len(columns) < 20 {
		t.Fatalf("only %d tables", len(columns))
	}
	return columns
}

// marked is a value of that type that holds the mark, in the form that the column's values have.
func marked(name, typ string) string {
	switch {
	case name == "losing":
		return `'[{"key": "a/b/1", "value": "canary"}]'`
	case slices.Contains([]string{"raw", "source_row", "body", "operation", "before", "after"}, name):
		return `'{"body": {"first_name": "canary"}}'`
	case typ == "VARCHAR":
		return `'"canary@x.example"'`
	case strings.HasPrefix(typ, "ENUM"): // one of a few words, and nothing else
		return "'" + strings.Split(typ, "'")[1] + "'"
	case typ == "VARCHAR[]":
		return `['canary']`
	case typ == "DATE":
		return "DATE '1985-01-29'"
	case strings.HasPrefix(typ, "TIMESTAMP"):
		return "TIMESTAMP '2020-01-01'"
	case typ == "BOOLEAN":
		return "false"
	case typ == "STRUCT(\"value\" VARCHAR, n BIGINT)[]":
		return "[{'value': 'canary', 'n': 1}]"
	case strings.HasPrefix(typ, "STRUCT"):
		return "[{'kind': 'k', 'line1': 'canary', 'line2': 'canary', 'city': 'canary', 'region': 'canary', 'postal_code': 'canary', 'country': 'canary'}]"
	case strings.HasPrefix(typ, "MAP"):
		return "MAP {'field': 'canary'}"
	}
	return "0"
}
