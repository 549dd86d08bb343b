package extract_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// BenchmarkHub reads a collection of people of about a kilobyte each over loopback into a workspace on disk.
func BenchmarkHub(b *testing.B) {
	const n = 100_000
	h := &hub{collections: map[string][]string{"people": make([]string, n)}}
	for i := range n {
		h.collections["people"][i] = person(i, fullPerson(i))
	}
	server := httptest.NewServer(h)
	defer server.Close()
	cfg := &config.Config{Sources: []config.Source{{
		Name: "hub", Type: config.TypeConnec, Endpoint: server.URL + "/api/v2", Group: "cld-1",
		Credentials: config.Credentials{KeyEnv: "KEY", SecretEnv: "SECRET"},
		Collections: []string{"people"}, PageSize: 100, Concurrency: 4,
	}}}
	benchmark(b, cfg, n)
}

// BenchmarkFiles reads the same people from NDJSON, and an application's CSV of as many rows.
func BenchmarkFiles(b *testing.B) {
	const n = 100_000
	dir := b.TempDir()
	var lines, rows strings.Builder
	rows.WriteString("contact_id,given,family,mail,org\n")
	for i := range n {
		fmt.Fprintf(&lines, "%s\n", person(i, fullPerson(i)))
		fmt.Fprintf(&rows, "%d,Ann %d,\"Family, %d\",ann%d@example.org,%d\n", i, i, i%977, i, i%1000)
	}
	cfg := &config.Config{Sources: []config.Source{
		{Name: "hub", Type: config.TypeFile, Collection: "people", Path: writeFile(b, dir, "people.ndjson", lines.String())},
		{
			Name: "crm", Type: config.TypeFile, Collection: "people", Path: writeFile(b, dir, "crm.csv", rows.String()),
			ID:         config.IDColumn{Provider: "my-application", Realm: "2243", Column: "contact_id"},
			Fields:     map[string]string{"first_name": "given", "last_name": "family", "email.address": "mail"},
			References: map[string]config.IDColumn{"organization_id": {Provider: "my-application", Realm: "2243", Column: "org"}},
		},
	}}
	benchmark(b, cfg, 2*n)
}

func benchmark(b *testing.B, cfg *config.Config, records int) {
	for b.Loop() {
		db, err := queries.Open(b.Context(), filepath.Join(b.TempDir(), "w.duckdb"), queries.Options{Create: true})
		if err != nil {
			b.Fatal(err)
		}
		result, err := extract.Run(b.Context(), extract.Options{
			DB: db, Config: cfg, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})), Getenv: func(string) string { return "x" },
		})
		if err != nil {
			b.Fatal(err)
		}
		var got int64
		for _, e := range result.Extractions {
			got += e.Records
		}
		if got != int64(records) {
			b.Fatalf("%d records, want %d", got, records)
		}
		db.Close()
	}
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
}

func fullPerson(i int) string {
	return fmt.Sprintf(`,"last_name":"Family %d","job_title":"CFO","birth_date":"19%02d-06-07T00:00:00Z","organization_id":[{"realm":"org-1","provider":"connec","id":"org-uuid-%d"},{"provider":"my-application","realm":"2243","id":"%d"}],`+
		`"is_customer":true,"is_supplier":false,"is_lead":false,"address_work":{"billing":{"line1":"%d Avenue of the Americas \nNew York, NY 10019\nUSA"},"billing2":{},"shipping":{},"shipping2":{}},`+
		`"address_home":{"billing":{"line1":"%d High Street","city":"Melbourne","region":"VIC","postal_code":"3%03d","country":"AU"},"billing2":{},"shipping":{},"shipping2":{}},`+
		`"email":{"address":"ann%d@example.org"},"website":{},"phone_work":{"landline":"(212) 842-%04d","mobile":"(212) 842-2383","fax":"(212) 842-5501"},"phone_home":{},"lead_status_changes":[],"referred_leads":[],"opportunities":[],"notes":[],"tasks":[],"updated_at":"2015-11-29T16:00:18Z","group_id":"cld-94m8","channel_id":"org-1","resource_type":"people"`,
		i%977, i%100, i%1000, i%1000, i, i, i%1000, i, i%10000)
}
