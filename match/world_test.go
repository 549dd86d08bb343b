package match

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
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
	created                     string // YYYY-MM-DD HH:MM:SS
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
	inserted := make([]insertedRecord, 0, len(people))
	for n, i := range permutation {
		inserted = append(inserted, w.record(int64(n+1), people[i]))
	}
	text, err := json.Marshal(inserted)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, statement := range []string{insertRecords, insertIDs} {
		if _, err := w.db.Exec(statement, collection, string(text)); err != nil {
			w.t.Fatalf("insert: %v", err)
		}
	}
}

// insertedRecord is a person on its way into the tables: all of a world's cross as one text, for a statement a row is
// what makes a test slow.
type insertedRecord struct {
	RID      int64     `json:"rid"`
	Key      string    `json:"key"`
	IDs      []ownedID `json:"ids"`
	Hub      bool      `json:"hub"`
	Given    *string   `json:"given"`
	Family   *string   `json:"family"`
	Name     *string   `json:"name"`
	Born     *string   `json:"born"`
	Email    *string   `json:"email"`
	Landline *string   `json:"landline"`
	Mobile   *string   `json:"mobile"`
	Line1    *string   `json:"line1"`
	City     *string   `json:"city"`
	Postcode *string   `json:"postcode"`
	Created  *string   `json:"created"`
	Paths    []string  `json:"paths"`
	Texts    []string  `json:"texts"`
	Hash     string    `json:"hash"`
}

type ownedID struct {
	Provider string `json:"provider"`
	Realm    string `json:"realm"`
	ID       string `json:"id"`
	Position int    `json:"position"`
}

const insertedRows = ` FROM (SELECT unnest(from_json($2, '[{"rid":"BIGINT","key":"VARCHAR","ids":[{"provider":"VARCHAR","realm":"VARCHAR","id":"VARCHAR","position":"INTEGER"}],"hub":"BOOLEAN",
	"given":"VARCHAR","family":"VARCHAR","name":"VARCHAR","born":"DATE","email":"VARCHAR","landline":"VARCHAR","mobile":"VARCHAR","line1":"VARCHAR","city":"VARCHAR","postcode":"VARCHAR","created":"TIMESTAMP",
	"paths":["VARCHAR"],"texts":["VARCHAR"],"hash":"VARCHAR"}]')) AS r)`

const insertRecords = `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, name, birth_date, emails, landlines, mobiles, work_phones, addresses, extra, created_at, content_hash, raw)
	SELECT r.rid, 'test', $1, r.key, r.ids[1].provider, r.ids[1].realm, r.ids[1].id, r.hub, r.given, r.family, r.name, r.born, list_filter([r.email], lambda x: x IS NOT NULL), list_filter([r.landline], lambda x: x IS NOT NULL),
		list_filter([r.mobile], lambda x: x IS NOT NULL), [], [{'kind': 'address_home.billing', 'line1': r.line1, 'line2': NULL, 'city': r.city, 'region': NULL, 'postal_code': r.postcode, 'country': 'AU'}],
		map(r.paths, r.texts), r.created, r.hash, '{}'` + insertedRows

const insertIDs = `INSERT INTO external_ids SELECT r.rid, $1, e.provider, e.realm, e.id, e.position FROM (SELECT r, unnest(r.ids) AS e` + insertedRows + `)`

func (w *world) record(rid int64, p person) insertedRecord {
	w.t.Helper()
	sum := sha256.Sum256([]byte(fmt.Sprint(p.given, p.family, p.born, p.email, p.mobile, p.landline, p.line1, p.city, p.postcode, p.name, p.extra)))
	null := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	r := insertedRecord{RID: rid, Given: null(p.given), Family: null(p.family), Name: null(p.name), Born: null(p.born), Email: null(p.email), Landline: null(p.landline), Mobile: null(p.mobile),
		Line1: null(p.line1), City: null(p.city), Postcode: null(p.postcode), Created: null(p.created), Paths: []string{}, Texts: []string{}, Hash: hex.EncodeToString(sum[:])}
	for k, v := range p.extra {
		r.Paths, r.Texts = append(r.Paths, k), append(r.Texts, v)
	}
	for n, text := range append([]string{p.id}, p.ids...) {
		id, err := connec.ParseExternalID(text)
		if err != nil {
			w.t.Fatal(err)
		}
		r.IDs = append(r.IDs, ownedID{id.Provider, id.Realm, id.ID, n})
		if n == 0 {
			r.Key, r.Hub = id.String(), id.IsHub()
		}
	}
	return r
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
