package match

import "testing"

func TestWordsThatTellThingsApart(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := newColumns(s, 1, nil)
	add := func(name, city string) {
		for f := range s.fields {
			text := map[string]string{"name": name, "city": city}[s.fields[f].name]
			c.values[f] = append(c.values[f], c.dictionaries[f].Code(text))
		}
	}
	for _, stem := range []string{"alder", "birch", "cedar", "damson"} {
		add(stem+" holdings", "")
	}
	add("elm ballarat", "")
	add("fir motors", "ballarat")
	add("fir motors", "ballarat")
	if err := c.markTelling(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"alder ^holdings", "birch ^holdings", "cedar ^holdings", "damson ^holdings", "elm ^ballarat", "fir motors", "fir motors"} {
		if got := vals(c.set(), uint32(i), nil)[s.index("name")]; got != want {
			t.Errorf("record %d: %q, want %q", i, got, want)
		}
	}
}

func TestDomainOfWebsiteIsNobodysSecondLevel(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{
		"https://www.acme.com.au/about": "acme.com.au",
		"acme.com.internal":             "acme.com.internal",
		"shop.acme.com.internal":        "acme.com.internal",
		"com.internal":                  "",
		"acme.example":                  "acme.example",
	} {
		if got := domainOfWebsite(site); got != want {
			t.Errorf("%s: %q, want %q", site, got, want)
		}
	}
}
