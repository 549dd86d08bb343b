package match

import (
	"strings"
	"testing"
)

// columnsOf are the columns of companies: name, own_web, city and phone, as normalised.
func columnsOf(t *testing.T, rows [][4]string) *columns {
	t.Helper()
	s, err := schemaOf("organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newColumns(s, 1, nil)
	c.records = make([]record, len(rows))
	for _, row := range rows {
		for f := range s.fields {
			text := ""
			switch s.fields[f].name {
			case "name":
				text = row[0]
			case "own_web":
				text = row[1]
			case "city":
				text = row[2]
			case "phone":
				text = row[3]
			}
			c.values[f] = append(c.values[f], c.dictionaries[f].Code(text))
		}
	}
	return c
}

func (c *columns) column(name string) string {
	f := c.schema.index(name)
	var texts []string
	for _, code := range c.values[f] {
		texts = append(texts, c.dictionaries[f].Text(code))
	}
	return strings.Join(texts, ",")
}

func TestWhatLeadsToOneOrganizationAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows [][4]string
		want string
	}{
		"one company, and its acronym": {[][4]string{{"alder timber works", "alder.example", "hull"}, {"atw", "alder.example", "hull"}, {"alder timber wroks", "alder.example", ""}},
			"alder.example,alder.example,alder.example"},
		"moved once": {[][4]string{{"alder timber", "alder.example", "hull"}, {"alder timber", "alder.example", "leeds"}}, "alder.example,alder.example"},
		"a chain":    {[][4]string{{"alder", "alder.example", "hull"}, {"alder", "alder.example", "leeds"}, {"alder", "alder.example", "york"}}, ",,"},
		"a group":    {[][4]string{{"alder holdings", "alder.example", ""}, {"alder services", "alder.example", ""}}, ","},
		"a branch, with a mailbox of its own": {[][4]string{{"alder timber", "alder.example", "hull"}, {"alder timber leeds", "alder.example\x1fleeds@alder.example", "leeds"}},
			",leeds@alder.example"},
		"a provider": {[][4]string{{"alder timber", "mail.example", ""}, {"birch foods", "mail.example", ""}, {"cedar toys", "mail.example", ""}}, ",,"},
	} {
		columns := columnsOf(t, c.rows)
		if err := columns.markTelling(t.Context()); err != nil {
			t.Fatal(err)
		}
		columns.markOwn(columns.leads)
		if got := columns.column("own_web"); got != c.want {
			t.Errorf("%s: own are %q, want %q", name, got, c.want)
		}
	}
}

func TestOneNumberBehindSeveralCountryCodes(t *testing.T) {
	t.Parallel()
	c := columnsOf(t, [][4]string{{"a", "", "", "61270101515"}, {"b", "", "", "64270101515"}, {"c", "", "", "270101515"},
		{"d", "", "", "12125550142"}, {"e", "", "", "13125550142"}, {"f", "", "", "70101515"}})
	c.joinPhones()
	if got, want := c.column("phone"), "270101515,270101515,270101515,12125550142,13125550142,70101515"; got != want {
		t.Errorf("numbers %s, want %s", got, want)
	}
}
