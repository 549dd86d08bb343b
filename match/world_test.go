package match

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// person is one record of a test's world. IDs beyond its own are given as provider/realm/id.
type person struct {
	id                          string // own ID as provider/realm/id
	given, family, born         string
	email, mobile, landline     string
	line1, city, postcode, name string
	ids                         []string
	extra                       map[string]string
}

// world is a workspace in memory filled with records.
type world struct {
	t  testing.TB
	db *sql.DB
}

func newWorld(t testing.TB) *world {
	t.Helper()
	db, err := queries.Open(context.Background(), "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // every connection to a database in memory shares it; one keeps tests light
	t.Cleanup(func() { db.Close() })
	return &world{t: t, db: db}
}

// fill inserts records of one collection in the order given by permutation, which no result may depend on.
func (w *world) fill(collection string, people []person, permutation []int) {
	w.t.Helper()
	if permutation == nil {
		permutation = make([]int, len(people))
		for i := range permutation {
			permutation[i] = i
		}
	}
	tx, err := w.db.Begin()
	if err != nil {
		w.t.Fatal(err)
	}
	for n, i := range permutation {
		w.insert(tx, collection, int64(n+1), people[i])
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) insert(tx *sql.Tx, collection string, rid int64, p person) {
	w.t.Helper()
	own, err := connec.ParseExternalID(p.id)
	if err != nil {
		w.t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(p.given, p.family, p.born, p.email, p.mobile, p.landline, p.line1, p.city, p.postcode, p.name, p.extra)))
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	keys, values := []string{}, []string{}
	for k, v := range p.extra {
		keys, values = append(keys, k), append(values, v)
	}
	_, err = tx.Exec(`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, name, birth_date, emails, landlines, mobiles, work_phones, addresses, extra, content_hash, raw)
		VALUES ($1, 'test', $2, $3, $4, $5, $6, $7, $8, $9, $10, CAST($11 AS DATE), list_filter([$12], lambda x: x IS NOT NULL), list_filter([$13], lambda x: x IS NOT NULL),
			list_filter([$14], lambda x: x IS NOT NULL), [], [{'kind': 'address_home.billing', 'line1': $15, 'line2': NULL, 'city': $16, 'region': NULL, 'postal_code': $17, 'country': 'AU'}], map(CAST($18 AS VARCHAR[]), CAST($19 AS VARCHAR[])), $20, '{}')`,
		rid, collection, own.String(), own.Provider, own.Realm, own.ID, own.IsHub(), null(p.given), null(p.family), null(p.name), null(p.born), null(p.email), null(p.landline), null(p.mobile),
		null(p.line1), null(p.city), null(p.postcode), keys, values, hex.EncodeToString(sum[:]))
	if err != nil {
		w.t.Fatalf("insert %s: %v", p.id, err)
	}
	for n, text := range append([]string{p.id}, p.ids...) {
		id, err := connec.ParseExternalID(text)
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := tx.Exec(`INSERT INTO external_ids VALUES ($1, $2, $3, $4, $5, $6)`, rid, collection, id.Provider, id.Realm, id.ID, n); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) link(source string, line int, collection, left, right string) {
	w.t.Helper()
	l, _ := connec.ParseExternalID(left)
	r, _ := connec.ParseExternalID(right)
	if _, err := w.db.Exec(`INSERT INTO links VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, source, line, collection, l.Provider, l.Realm, l.ID, r.Provider, r.Realm, r.ID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(c *config.Config, threads int) Result {
	w.t.Helper()
	if c == nil {
		c = &config.Config{}
	}
	r, err := Run(context.Background(), Options{DB: w.db, Config: c, Threads: threads})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// text is the first column of every row, one a line.
func (w *world) text(query string, args ...any) string {
	w.t.Helper()
	rows, err := w.db.Query(query, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

// together reports whether two records are in one cluster of tier auto; inReview whether in one for review.
func (w *world) together(a, b string) bool {
	return w.text(`SELECT 'yes' FROM clusters x JOIN clusters y USING (collection, cluster_id) WHERE x.key = $1 AND y.key = $2 AND x.tier = 'auto'`, a, b) == "yes"
}

func (w *world) inReview(a, b string) bool {
	return !w.together(a, b) && w.text(`SELECT 'yes' FROM clusters x JOIN clusters y USING (collection, review_id) WHERE x.key = $1 AND y.key = $2`, a, b) == "yes"
}

func (w *world) conflicts(kind string) int {
	var n int
	if err := w.db.QueryRow(`SELECT count(*) FROM conflicts WHERE kind = $1`, kind).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// town makes n people of one application, each a person of its own.
func town(n int, provider string) []person {
	r := rand.New(rand.NewPCG(11, 5))
	given := []string{"john", "mary", "robert", "linda", "peter", "susan", "ahmed", "chen", "olga", "pedro", "ingrid", "kofi", "yuki", "lars", "amara", "diego", "fatima", "hugo", "nadia", "tariq"}
	parts := []string{"ber", "wal", "kor", "man", "ston", "field", "ling", "mar", "tor", "vel", "dun", "haw", "pet", "ros", "gil"}
	var people []person
	for i := range n {
		g := given[r.IntN(len(given))]
		f := parts[r.IntN(len(parts))] + parts[r.IntN(len(parts))] + parts[r.IntN(len(parts))]
		people = append(people, person{id: fmt.Sprintf("%s/1/%d", provider, i), given: g, family: f,
			born:  fmt.Sprintf("%d-%02d-%02d", 1940+r.IntN(60), 1+r.IntN(12), 1+r.IntN(28)),
			email: fmt.Sprintf("%s%d@mail%d.org", g, r.IntN(100000), r.IntN(50)), mobile: fmt.Sprintf("04%08d", r.IntN(100000000)),
			line1: fmt.Sprintf("%d %s street", 1+r.IntN(200), parts[r.IntN(len(parts))]+parts[r.IntN(len(parts))]), city: parts[r.IntN(len(parts))] + "ville", postcode: fmt.Sprintf("%d", 2000+r.IntN(400))})
	}
	return people
}

// copies makes a second record of each person under another application, every third with a typo or a missing value.
func copies(people []person, provider string) []person {
	out := make([]person, len(people))
	for i, p := range people {
		p.id = strings.Replace(p.id, p.id[:strings.IndexByte(p.id, '/')], provider, 1)
		switch i % 6 {
		case 1:
			p.family = p.family[:2] + "x" + p.family[3:]
		case 2:
			p.email, p.born = "", ""
		case 3:
			p.mobile, p.line1 = "", "1 new road"
		case 4:
			p.given, p.family = p.family, p.given
		}
		out[i] = p
	}
	return out
}
