package extract_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// TestPropose maps columns by name and by content, and gives a reason where it does not.
func TestPropose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, content, want string }{
		{"by their values alone", "x.csv", "key_no,who,reach,call\nk1,Ann Lee,ann@example.com,+61 2 5550 1000\nk2,Bob Ray,bob@example.com,+61 2 5550 1001\n",
			"organizations id=key_no email.address=reach phone.landline=call -who"},
		{"a whole name", "people.csv", "id,full_name,date_of_birth\n1,Ann Lee,1980-01-02\n2,Bob Ray,1981-01-02\n",
			"people id=id first_name=full_name birth_date=date_of_birth"},
		{"names that lie", "people.csv", "id,first_name,email,birthday,phone\n1,Ann,none given,soon,ask\n2,Bob,unknown,later,ask\n",
			"people id=id first_name=first_name -email -birthday -phone"},
		{"an ID that stands twice is none", "people.csv", "contact_id,member_no,first_name\n1,m1,Ann\n1,m2,Bob\n2,m3,Cy\n",
			"people id=member_no first_name=first_name -contact_id"},
		{"an ID that a spreadsheet rounded is none", "people.csv", "contact_id,member_no,first_name\n1.2E+15,m1,Ann\n1.3E+15,m2,Bob\n",
			"people id=member_no first_name=first_name -contact_id"},
		{"several firms in one cell", "people.csv", "id,first_name,company_ids\n1,Ann,7;8\n2,Bob,9\n",
			"people id=id first_name=first_name -company_ids"},
		{"an ID of another application", "people.csv", "id,first_name,xero_contact_id\n1,Ann,x1\n2,Bob,x2\n",
			"people id=id first_name=first_name -xero_contact_id"},
		{"nested JSON", "people.json", `{"total":2,"data":[{"id":1,"name":{"first_name":"Ann"},"contact":{"email":"ann@example.com"},"tags":["a"]},{"id":2,"name":{"first_name":"Bob"}}]}`,
			"people id=id email.address=contact.email first_name=name.first_name"},
		{"a customer list", "customers.ndjson", "{\"customer_id\":\"c1\",\"company\":\"Acme\",\"vat_no\":\"GB1\"}\n{\"customer_id\":\"c2\",\"company\":\"Byte\",\"vat_no\":\"GB2\"}\n",
			"organizations id=customer_id name=company reference=vat_no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := extract.Propose(t.Context(), extract.ProposeOptions{Path: writeFile(t, t.TempDir(), c.file, c.content)})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{d.Collection, "id=" + d.ID.Column}
			for _, f := range append(d.Fields, d.References...) {
				got = append(got, f.Key+"="+f.Column)
			}
			for _, f := range d.Unmapped {
				got = append(got, "-"+f.Column)
				if f.Why == "" {
					t.Errorf("no reason for %s", f.Column)
				}
			}
			wanted := strings.Fields(c.want)
			if len(got) != len(wanted) || !sameWords(got, wanted) {
				t.Errorf("\n got %v\nwant %v", got, wanted)
			}
		})
	}
}

func sameWords(a, b []string) bool {
	count := map[string]int{}
	for i := range a {
		count[a[i]]++
		count[b[i]]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// TestProposeAsTold takes collection and names as they are given.
func TestProposeAsTold(t *testing.T) {
	t.Parallel()
	d, err := extract.Propose(t.Context(), extract.ProposeOptions{
		Path: writeFile(t, t.TempDir(), "a.csv", "id,name\n1,Ann Lee\n2,Bob Ray\n"), Collection: "people", Provider: "p", Realm: "r",
	})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "draft", fmt.Sprint(d.Collection, d.ID, d.Fields), "people{p r id} [{first_name name a whole name; matching takes it apart}]")
}

// TestDryRunOfEveryFormat shows the same records whatever the format, and leaves no trace.
func TestDryRunOfEveryFormat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	parquet := filepath.Join(w.dir, "a.parquet")
	if _, err := w.db.Exec(fmt.Sprintf("COPY (SELECT 5 AS contact_id, 'Ann' AS given_name, NULL AS surname, 'x' AS other) TO '%s' (FORMAT parquet)", parquet)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		parquet, w.file("a.csv", "contact_id,given_name,surname,other\n5,Ann,,x\n"),
		w.file("a.ndjson", `{"contact_id":5,"given_name":"Ann","surname":null,"other":"x"}`), w.file("a.json", `[{"contact_id":"5","given_name":"Ann","other":"x","surname":""}]`),
	} {
		previews, err := extract.DryRun(t.Context(), extract.Options{Config: &config.Config{Sources: []config.Source{crm(path)}}})
		if err != nil || len(previews) != 1 {
			t.Fatal(previews, err)
		}
		p := previews[0]
		if len(p.Records) != 1 {
			t.Fatalf("%s: %+v", path, p)
		}
		diff(t, path, string(p.Records[0]), `{"id":[{"provider":"my-application","realm":"2243","id":"5"}],"first_name":"Ann"}`)
		diff(t, path+": rows", fmt.Sprint(p.Rows, p.Whole, p.Rejected, p.Problem), "1 true 0 ")
		diff(t, path+": not mapped", fmt.Sprint(p.Unmapped()), "[other]")
	}
	diff(t, "the workspace", w.rows("SELECT count(*) FROM extractions"), "0")
}

// TestDryRunOfALongFile looks at its beginning only.
func TestDryRunOfALongFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("contact_id,given_name,surname\n")
	for i := range 3000 {
		fmt.Fprintf(&b, "%d,Ann,A\n", i)
	}
	b.WriteString("broken\n")
	w := newWorld(t, nil)
	previews, err := extract.DryRun(t.Context(), extract.Options{Config: &config.Config{Sources: []config.Source{crm(w.file("a.csv", b.String()))}}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "preview", fmt.Sprint(previews[0].Rows, previews[0].Whole, previews[0].Rejected, len(previews[0].Records)), "1000 false 0 3")
}

// FuzzPropose drafts a source for whatever bytes a file may have: never a panic, and a draft that loads.
func FuzzPropose(f *testing.F) {
	for _, name := range []string{"a.csv", "a.ndjson", "a.json"} {
		for _, seed := range []string{
			"id,first_name\n1,Ann\n2,Bob\n", "\u2028,\x00,\"a\nb\",#,: ,~\n1,2,3,4,5,6\n", "sep=|\n*ContactName|'|\\\n1|2|3\n", "{\"id\":1,\"\":{\"a.b\":\"\"}}\n{\"id\":2}",
			"[{\"id\":1,\"e mail\":\"a@example.com\"}]", "\xff\xfei\x00d\x00", "title\n\nid;phone\n1;+61 2 5550 1000\n\nTotal;5.00\n",
		} {
			f.Add(name, seed)
		}
	}
	f.Fuzz(func(t *testing.T, name, content string) {
		if name != "a.csv" && name != "a.ndjson" && name != "a.json" {
			return
		}
		dir := t.TempDir()
		d, err := extract.Propose(t.Context(), extract.ProposeOptions{Path: writeFile(t, dir, name, content), Provider: "p", Realm: "r"})
		if err != nil {
			return
		}
		d.Name, d.Path = "fuzz", name
		text := config.WithDrafts([]config.Draft{d}, config.Hub{})
		cfg, err := config.Load(writeFile(t, dir, "sameas.yaml", string(text)))
		if err != nil {
			t.Fatalf("%q: %v\n%s", content, err, text)
		}
		if cfg.Sources[0].ID != d.ID {
			t.Fatalf("%q: the ID %q became %q", content, d.ID, cfg.Sources[0].ID)
		}
		for _, field := range d.Fields {
			if cfg.Sources[0].Fields[field.Key] != field.Column {
				t.Fatalf("%q: %s of %q became %q", content, field.Key, field.Column, cfg.Sources[0].Fields[field.Key])
			}
		}
	})
}
