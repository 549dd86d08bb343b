package reports

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	benchClusters = flag.Int("clusters", 100_000, "`N` clusters of two people each in the report of BenchmarkWrite")
	benchSingles  = flag.Int("singles", 800_000, "`N` people who stand alone beside them")
	benchKept     = flag.String("kept", "", "`FILE` to keep that workspace in, for sameas report --workspace FILE")
)

// manyClusters is a workspace of that many clusters of two people each, of which every tenth is for review, and of people who
// stand alone, in memory when the path is empty.
func manyClusters(t testing.TB, path string, clusters, singles int) *sql.DB {
	t.Helper()
	db := handMadeAt(t, path)
	execute(t, db, `CREATE TABLE wanted AS SELECT ?::INT AS clusters, ?::INT AS singles`, clusters, singles)
	for _, statement := range []string{
		`DELETE FROM clusters`, `DELETE FROM edges`, `DELETE FROM cluster_stats`, `DELETE FROM conflicts`, `DELETE FROM operations`, `DELETE FROM operation_fields`,
		`CREATE TABLE n AS SELECT i, 1000 + i AS rid, 'connec/org-1/x-' || i AS key, CASE WHEN i < 2 * clusters THEN i - i % 2 ELSE i END AS g FROM wanted, range(2 * clusters + singles) t(i)`,
		`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, birth_date, emails, mobiles, landlines, work_phones, websites, addresses, content_hash, raw)
			SELECT rid, 'hub', 'people', key, 'connec', 'org-1', 'x-' || i, true, 'First' || hash(g) % 500, 'Last' || hash(g + 1) % 30000, DATE '1960-01-01' + (g % 9000)::INT, ['user' || g || '@mail.example'], ['0400' || g], [], [], [],
			[{'kind': 'a', 'line1': g || ' Some Street', 'line2': '', 'city': 'Perth', 'region': 'WA', 'postal_code': '6000', 'country': 'AU'}], 'h' || i, '{}' FROM n`,
		`INSERT INTO external_ids (rid, collection, provider, realm, id, position) SELECT rid, 'people', 'connec', 'org-1', 'x-' || i, 0 FROM n UNION ALL SELECT rid, 'people', 'my-application', '2243', 'm' || i, 1 FROM n WHERE i % 3 = 0`,
		`INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id)
			SELECT 'people', rid, key, 'people-g' || g, CASE WHEN count(*) OVER (PARTITION BY g) = 1 THEN 'single' WHEN g % 20 = 0 THEN 'review' ELSE 'auto' END, 'people-g' || g FROM n`,
		`INSERT INTO edges (collection, rid_a, rid_b, key_a, key_b, kind, via, levels, tf, weight, probability)
			SELECT 'people', a.rid, b.rid, a.key, b.key, 'fuzzy', 'email', '1,1,1', '0.5,1.5,0', 20 + hash(a.rid) % 100 / 10.0, 0.9999 FROM n a JOIN n b ON a.g = b.g AND a.i < b.i`,
		`INSERT INTO cluster_stats SELECT collection, cluster_id, min(tier), 2, 2, 1, 20, 1, 1, false, 'e-mail and name agree' FROM clusters WHERE tier <> 'single' GROUP BY collection, cluster_id`,
	} {
		execute(t, db, statement)
	}
	return db
}

// BenchmarkWrite measures a report of a million people, in 100,000 clusters of two and 800,000 who stand alone, unless flags say
// otherwise: go test ./reports -run '^$' -bench Write -benchtime 1x
func BenchmarkWrite(b *testing.B) {
	path := *benchKept
	if path == "" {
		path = filepath.Join(b.TempDir(), "sameas.duckdb")
	}
	db := manyClusters(b, path, *benchClusters, *benchSingles)
	dir := filepath.Join(b.TempDir(), "report")
	for b.Loop() {
		if _, err := Write(b.Context(), Options{DB: db, Dir: dir}); err != nil {
			b.Fatal(err)
		}
	}
	size, most := foldersSize(b, dir)
	b.ReportMetric(size/1e6, "MB")
	b.ReportMetric(most/1e6, "MB-report.html")
}

// foldersSize is how many bytes the folder's files hold, and report.html of them.
func foldersSize(b *testing.B, dir string) (all, page float64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			b.Fatal(err)
		}
		all += float64(info.Size())
		if e.Name() == "report.html" {
			page = float64(info.Size())
		}
	}
	return all, page
}
