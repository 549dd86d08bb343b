package reports

import (
	"path/filepath"
	"testing"
)

// BenchmarkWrite measures a report of 100,000 people, a fifth of them in clusters of four:
// go test ./reports -run '^$' -bench Write -benchtime 1x
func BenchmarkWrite(b *testing.B) {
	db := handMade(b)
	for _, statement := range []string{
		`CREATE TABLE n AS SELECT i, 1000 + i AS rid, 'connec/org-1/x-' || i AS key, CASE WHEN i % 100 < 20 THEN i - i % 4 ELSE i END AS g FROM range(100000) t(i)`,
		`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, birth_date, emails, mobiles, landlines, work_phones, websites, addresses, content_hash, raw)
			SELECT rid, 'hub', 'people', key, 'connec', 'org-1', 'x-' || i, true, 'First' || g % 500, 'Last' || g % 3000, DATE '1960-01-01' + (g % 9000)::INT, ['user' || g || '@mail.example'], ['0400' || g], [], [], [],
			[{'kind': 'a', 'line1': g || ' Some Street', 'line2': '', 'city': 'Perth', 'region': 'WA', 'postal_code': '6000', 'country': 'AU'}], 'h' || i, '{}' FROM n`,
		`INSERT INTO external_ids (rid, collection, provider, realm, id, position) SELECT rid, 'people', 'connec', 'org-1', 'x-' || i, 0 FROM n UNION ALL SELECT rid, 'people', 'my-application', '2243', 'm' || i, 1 FROM n WHERE i % 3 = 0`,
		`INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) SELECT 'people', rid, key, 'people-g' || g, CASE WHEN i % 100 < 20 THEN 'auto' ELSE 'single' END, 'people-g' || g FROM n`,
		`INSERT INTO edges (collection, rid_a, rid_b, key_a, key_b, kind, via, levels, tf, weight, probability)
			SELECT 'people', a.rid, b.rid, a.key, b.key, 'fuzzy', 'email', [1, 1, 1], [0.5, 1.5, 0], 20 + hash(a.rid) % 100 / 10.0, 0.9999 FROM n a JOIN n b ON a.g = b.g AND a.i < b.i`,
	} {
		execute(b, db, statement)
	}
	dir := filepath.Join(b.TempDir(), "report")
	for b.Loop() {
		if _, err := Write(b.Context(), Options{DB: db, Dir: dir}); err != nil {
			b.Fatal(err)
		}
	}
}
