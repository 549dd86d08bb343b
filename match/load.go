package match

import (
	"context"
	"database/sql"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// The separators that the SQL joins lists and structures with.
const (
	valueSeparator = "\x1f"
	partSeparator  = "\x1e"
)

// record is what matching reads of one record. Its number in the slice of all is the kernel's number for it: the
// order is that of keys, so that nothing depends on how rows were inserted.
type record struct {
	rid          int64
	source       string
	key          string
	provider     string
	realm        string
	id           string
	hub          bool
	channel      string
	contentHash  string
	title        string
	firstName    string
	lastName     string
	name         string
	companyName  string
	birthDate    string
	reference    string
	emails       []string
	websites     []string
	landlines    []string
	workPhones   []string
	mobiles      []string
	addresses    []address
	extra        map[string]string
	createdAt    string
	organization []string // clusters of the organizations that it refers to
}

// address is one postal address as given.
type address struct {
	kind, line1, line2, city, region, postcode, country string
}

// loadRecords reads a collection's records in key order.
func loadRecords(ctx context.Context, db *sql.DB, collection string) ([]record, error) {
	var records []record
	err := queries.Each(ctx, db, "match/010_records.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var r record
		var emails, websites, landlines, workPhones, mobiles, addresses, extra string
		err := rows.Scan(&r.rid, &r.source, &r.key, &r.provider, &r.realm, &r.id, &r.hub, &r.channel, &r.contentHash,
			&r.title, &r.firstName, &r.lastName, &r.name, &r.companyName, &r.birthDate, &r.reference,
			&emails, &websites, &landlines, &workPhones, &mobiles, &addresses, &extra, &r.createdAt)
		if err != nil {
			return err
		}
		r.emails, r.websites = list(emails), list(websites)
		r.landlines, r.workPhones, r.mobiles = list(landlines), list(workPhones), list(mobiles)
		r.addresses = addressList(addresses)
		for _, entry := range list(extra) {
			path, value, _ := strings.Cut(entry, partSeparator)
			if r.extra == nil {
				r.extra = map[string]string{}
			}
			r.extra[path] = value
		}
		records = append(records, r)
		return nil
	})
	return records, err
}

func list(joined string) []string {
	if joined == "" {
		return nil
	}
	return strings.Split(joined, valueSeparator)
}

func addressList(joined string) []address {
	var addresses []address
	for _, text := range list(joined) {
		p := strings.Split(text, partSeparator)
		for len(p) < 7 {
			p = append(p, "")
		}
		addresses = append(addresses, address{kind: p[0], line1: p[1], line2: p[2], city: p[3], region: p[4], postcode: p[5], country: p[6]})
	}
	return addresses
}
