package match

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// company is one record of a test's world of organizations.
type company struct {
	id, name, street, city, postcode, phone, email, website, tax string
}

// fillCompanies inserts organizations.
func (w *world) fillCompanies(list []company) {
	w.t.Helper()
	records := make([]person, len(list))
	for i, c := range list {
		records[i] = person{id: c.id, name: c.name, line1: c.street, city: c.city, postcode: c.postcode, landline: c.phone, email: c.email,
			extra: map[string]string{"website": c.website, "tax": c.tax}}
	}
	w.fill("organizations", records, nil)
	for _, set := range []string{
		`UPDATE records SET websites = [extra['website']] WHERE extra['website'] <> ''`,
		`UPDATE records SET reference = extra['tax'] WHERE extra['tax'] <> ''`,
	} {
		if _, err := w.db.Exec(set); err != nil {
			w.t.Fatal(err)
		}
	}
}

// register is n companies, each one of its own and known by two applications, the second time with a slip now and then.
func register(n int, keep func(*company)) []company {
	r := rand.New(rand.NewPCG(3, 9))
	syllables := []string{"bal", "cor", "den", "fal", "gru", "hol", "jan", "kel", "lun", "mor", "nev", "ost", "pel", "rud", "sol", "tar", "ul", "vik", "wen", "zan"}
	trades := []string{"Bakery", "Motors", "Textiles", "Printing", "Optics", "Timber", "Foods", "Plastics", "Toys", "Glass"}
	forms := []string{"Ltd", "Limited", "GmbH", "SARL", "S.p.A.", "", "BV", "Pty Ltd"}
	word := func() string {
		return strings.ToUpper(syllables[r.IntN(len(syllables))][:1]) + syllables[r.IntN(len(syllables))] + syllables[r.IntN(len(syllables))] + syllables[r.IntN(len(syllables))]
	}
	var list []company
	for i := range n {
		stem, trade := word(), trades[r.IntN(len(trades))]
		site := strings.ToLower(stem + trade)
		c := company{id: fmt.Sprintf("a/1/%d", i), name: strings.TrimSpace(stem + " " + trade + " " + forms[r.IntN(len(forms))]),
			street: fmt.Sprintf("%d %s Street", 1+r.IntN(300), word()), city: syllables[r.IntN(8)] + "ton", postcode: fmt.Sprint(2000 + r.IntN(80)),
			phone: fmt.Sprintf("02%08d", 10000000+r.IntN(90000000)), email: "office@" + site + ".example", website: "https://www." + site + ".example",
			tax: fmt.Sprintf("%09d", 100000000+r.IntN(900000000))}
		d := c
		d.id = fmt.Sprintf("b/1/%d", i)
		switch i % 5 {
		case 1:
			d.name = strings.ToUpper(d.name)
		case 2:
			d.name = d.name[:2] + d.name[3:]
		case 3:
			d.name = stem + " " + trade
		case 4:
			d.street = strings.Replace(d.street, "Street", "St", 1)
		}
		for _, record := range []*company{&c, &d} {
			keep(record)
		}
		list = append(list, c, d)
	}
	return list
}

// found is the share of register's pairs that are together.
func (w *world) found(n int) float64 {
	w.t.Helper()
	together := 0
	for i := range n {
		if w.together(fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i)) {
			together++
		}
	}
	return float64(together) / float64(n)
}

// mixed counts the clusters of register's companies, tier auto, that hold two of them.
func (w *world) mixed() int {
	return strings.Count(w.text(`SELECT cluster_id FROM clusters WHERE tier = 'auto' AND regexp_matches(key, '^[ab]/1/[0-9]+$')
		GROUP BY cluster_id HAVING count(DISTINCT split_part(key, '/', 3)) > 1`)+"\n", "\n") - 1
}

func TestARegisterOfNamesAndAddresses(t *testing.T) {
	t.Parallel()
	const n = 150
	list := register(n, func(c *company) { c.phone, c.email, c.website, c.tax = "", "", "", "" })
	list = append(list,
		company{id: "c/1/1", name: "Müller Optik GmbH", street: "Lindenweg 4", city: "Ulm", postcode: "89073"},
		company{id: "c/2/1", name: "MUELLER OPTIK GMBH", street: "Lindenweg 4", city: "Ulm", postcode: "89073"},
		company{id: "c/3/1", name: "Müller Optik GmbH & Co. KG", street: "Lindenweg 4", city: "Ulm", postcode: "89073"},
		company{id: "c/1/2", name: "Société Générale de Verrerie S.A.R.L.", street: "12 rue Haute", city: "Reims", postcode: "51100"},
		company{id: "c/2/2", name: "Societe Generale de Verrerie", street: "12 rue Haute", city: "Reims", postcode: "51100"},
		company{id: "c/1/3", name: "Quarrel Pty Ltd", street: "9 Long Lane", city: "Dubbo", postcode: "2830"},
		company{id: "c/2/3", name: "Quarrel Family Trust", street: "9 Long Lane", city: "Dubbo", postcode: "2830"},
		company{id: "c/1/4", name: "Tamarind Holdings Ltd", street: "1 Quay", city: "Hull", postcode: "HU1 1AA"},
		company{id: "c/2/4", name: "Tamarind Foods Ltd", street: "1 Quay", city: "Hull", postcode: "HU1 1AA"},
		company{id: "c/1/5", name: "Osterby Hovedkontor", street: "5 Quay", city: "Hull", postcode: "HU1 1AA"},
		company{id: "c/2/5", name: "Wexley Marine", street: "5 Quay", city: "Hull", postcode: "HU1 1AA"})
	w := newWorld(t)
	w.fillCompanies(list)
	w.run(nil, 2)
	if got := w.found(n); got < 0.9 {
		t.Errorf("%.2f of the companies were found in both applications, want 0.9", got)
	}
	if got := w.mixed(); got != 0 {
		t.Errorf("%d clusters hold two companies", got)
	}
	for pair, want := range map[[2]string]bool{
		{"c/1/1", "c/2/1"}: true, {"c/1/2", "c/2/2"}: true,
		{"c/1/1", "c/3/1"}: false, {"c/1/3", "c/2/3"}: false, {"c/1/4", "c/2/4"}: false, {"c/1/5", "c/2/5"}: false,
	} {
		if got := w.together(pair[0], pair[1]); got != want {
			t.Errorf("%v together: %v, want %v", pair, got, want)
		}
	}
}

func TestRestaurantsOfAChainStayApart(t *testing.T) {
	t.Parallel()
	const n = 120
	list := register(n, func(c *company) { c.email, c.website, c.tax, c.postcode = "", "", "", "" })
	list = append(list,
		company{id: "r/1/1", name: "Trattoria Rocco (Denton)", street: "8900 Sunset Blvd.", city: "denton", phone: "213/555-0142"},
		company{id: "r/2/1", name: "Trattoria Rocco", street: "8900 Sunset Boulevard", city: "denton", phone: "213-555-0142"},
		company{id: "r/1/2", name: "Rex Oyster House", street: "12 Fish St", city: "denton", phone: "213/555-0199"},
		company{id: "r/2/2", name: "Rex Oyster House", street: "400 Palm Ave", city: "denton", phone: "213/555-0177"},
		company{id: "r/3/2", name: "Rex Oyster House", street: "7 Lake Road", city: "morton", phone: "702/555-0101"})
	w := newWorld(t)
	w.fillCompanies(list)
	w.run(nil, 2)
	if got := w.found(n); got < 0.9 {
		t.Errorf("%.2f of the restaurants were found in both guides, want 0.9", got)
	}
	if got := w.mixed(); got != 0 {
		t.Errorf("%d clusters hold two restaurants", got)
	}
	if !w.together("r/1/1", "r/2/1") {
		t.Error("a name that gives the town was not recognised at its street")
	}
	for _, pair := range [][2]string{{"r/1/2", "r/2/2"}, {"r/1/2", "r/3/2"}, {"r/2/2", "r/3/2"}} {
		if w.together(pair[0], pair[1]) {
			t.Errorf("%v are two restaurants of one name, and were merged", pair)
		}
	}
}

func TestNamesAndWebsitesAlone(t *testing.T) {
	t.Parallel()
	const n = 150
	list := register(n, func(c *company) { c.street, c.city, c.postcode, c.phone, c.email, c.tax = "", "", "", "", "", "" })
	for i, name := range []string{"Ashby Group", "Ashby Services", "Ashby Holdings"} {
		list = append(list, company{id: fmt.Sprintf("g/%d/1", i), name: name, website: "www.ashbygroup.example"})
	}
	list = append(list,
		company{id: "f/1/1", name: "Larkspur", website: "https://www.facebook.com/larkspur"},
		company{id: "f/2/1", name: "Larkspur Dental", website: "https://facebook.com/larkspurdental"},
		company{id: "k/1/1", name: "Kestrel Vine & Oak", website: "kvo.example"},
		company{id: "k/2/1", name: "KVO", website: "https://kvo.example/home"})
	w := newWorld(t)
	w.fillCompanies(list)
	w.run(nil, 2)
	if got := w.found(n); got < 0.9 {
		t.Errorf("%.2f of the companies were found in both applications, want 0.9", got)
	}
	if got := w.mixed(); got != 0 {
		t.Errorf("%d clusters hold two companies", got)
	}
	for pair, want := range map[[2]string]bool{
		{"k/1/1", "k/2/1"}: true, {"g/0/1", "g/1/1"}: false, {"g/0/1", "g/2/1"}: false, {"g/1/1", "g/2/1"}: false, {"f/1/1", "f/2/1"}: false,
	} {
		if got := w.together(pair[0], pair[1]); got != want {
			t.Errorf("%v together: %v, want %v", pair, got, want)
		}
	}
}

// TestBranchesAndSubsidiariesStayApart holds the public set of hard cases to what its column `hardness` marks as a trap.
func TestBranchesAndSubsidiariesStayApart(t *testing.T) {
	t.Parallel()
	table := func(name string) (rows []map[string]string) {
		f, err := os.Open("../testdata/public/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines[1:] {
			row := map[string]string{}
			for i, column := range lines[0] {
				row[column] = line[i]
			}
			rows = append(rows, row)
		}
		return rows
	}
	entity := map[string]string{}
	for _, row := range table("orgs_hard_truth.csv") {
		entity[row["id"]] = row["entity"]
	}
	var list []company
	trap := map[string]bool{}
	for _, row := range table("orgs_hard.csv") {
		id := row["record_id"]
		trap[id] = row["hardness"] == "branch" || row["hardness"] == "parent_sub"
		list = append(list, company{id: "orgs/" + id + "/" + id, name: row["org_name"], street: row["street"], city: row["city"],
			postcode: row["postcode"], phone: row["phone"], website: row["website"]})
	}
	w := newWorld(t)
	w.fillCompanies(list)
	w.run(nil, 2)
	cluster := map[string][]string{}
	for line := range strings.SplitSeq(w.text(`SELECT cluster_id || ' ' || split_part(key, '/', 3) FROM clusters WHERE tier = 'auto'`), "\n") {
		name, id, _ := strings.Cut(line, " ")
		cluster[name] = append(cluster[name], id)
	}
	right, wrong := 0, 0
	for _, ids := range cluster {
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				if entity[a] == entity[b] {
					right++
					continue
				}
				wrong++
				if trap[a] || trap[b] {
					t.Errorf("%s and %s were merged, and one is a branch, a parent or a subsidiary of the other", a, b)
				}
			}
		}
	}
	if precision := float64(right) / float64(right+wrong); right < 800 || precision < 0.95 {
		t.Errorf("%d true pairs merged with precision %.3f, want 800 of 1055 and 0.95", right, precision)
	}
}
