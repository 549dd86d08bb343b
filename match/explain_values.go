package match

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// given are a record's values as its source gave them, by part.
type given map[string][]string

// loadGiven reads the values of some records.
func loadGiven(ctx context.Context, db *sql.DB, rids []int64) (map[int64]given, error) {
	all := make(map[int64]given, len(rids))
	err := queries.Each(ctx, db, "match/106_given.sql", queries.Args{"rids": rids}, func(rows *sql.Rows) error {
		var rid int64
		var part, value string
		if err := rows.Scan(&rid, &part, &value); err != nil {
			return err
		}
		if all[rid] == nil {
			all[rid] = given{}
		}
		all[rid][part] = append(all[rid][part], value)
		return nil
	})
	return all, err
}

// of is what a field was made of, as a person reads it; compared is its normalised value. Phones and mailboxes are sorted
// by what they are, not by the place where they were found: of those, the ones that the field holds are shown.
func (g given) of(f *field, compared string) string {
	var values []string
	switch {
	case f.name == "generation" && compared == "":
		return "" // few names tell of one
	case f.path != "":
		values = g["extra "+f.path]
	case f.name == "mobile" || f.name == "landline" || f.name == "work_phone" || f.name == "phone":
		values = g.phones(compared)
	case f.name == "email" || f.name == "work_email":
		values = g.mailboxes(compared)
	case f.name == "street" || f.name == "city" || f.name == "postcode":
		values = g.first(f.name, "work "+f.name)
	default:
		values = g.first(givenParts(f.name)...)
	}
	return strings.Join(unique(values), ", ")
}

// givenParts are the parts that a field is made of, the first that a record has.
func givenParts(name string) []string {
	switch name {
	case "given":
		return []string{"first_name", "name"}
	case "family", "generation":
		return []string{"last_name", "name"}
	case "organization":
		return []string{"organization", "company_name"}
	case "tax_number":
		return []string{"reference"}
	case "domain":
		return []string{"website", "email"}
	}
	return []string{name}
}

func (g given) first(parts ...string) []string {
	for _, p := range parts {
		if len(g[p]) > 0 {
			return g[p]
		}
	}
	return nil
}

// phones are the numbers that a field holds: those that end in the same digits.
func (g given) phones(compared string) []string {
	const telling = 6
	var values []string
	for _, value := range slices.Concat(g["mobile"], g["landline"], g["work_phone"]) {
		for _, number := range parts(nil, compared) {
			if strings.HasSuffix(digitsOnly(value), number[max(0, len(number)-telling):]) {
				values = append(values, value)
				break
			}
		}
	}
	return values
}

func digitsOnly(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// mailboxes are the addresses that a field holds.
func (g given) mailboxes(compared string) []string {
	held := strings.Split(strings.Join(readable([]string{compared}), ""), ", ")
	var values []string
	for _, value := range g["email"] {
		if address, _ := new(texts).emailOf(value); slices.Contains(held, address) {
			values = append(values, value)
		}
	}
	return values
}

// unique drops repeated values and keeps the order.
func unique(values []string) []string {
	var out []string
	for _, v := range values {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
