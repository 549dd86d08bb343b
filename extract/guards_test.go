package extract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// TestGuards serves collections that misbehave: each must end, and say exactly what is in doubt.
func TestGuards(t *testing.T) {
	t.Parallel()
	all := people(7)
	page := func(records []string, skip, top, total int, more bool) func(http.ResponseWriter) bool {
		return func(w http.ResponseWriter) bool {
			fmt.Fprint(w, envelope("people", records, skip, top, total, more))
			return true
		}
	}
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, collection string, skip, top int) bool
		// records, repeated and status of the run, then its doubt
		want, doubt string
	}{
		{"sound", nil, "7|0|complete", ""},
		{"page repeated", func(w http.ResponseWriter, _ string, skip, top int) bool {
			return page(all[:3], skip, top, 7, true)(w)
		}, "3|33|in_doubt", "the page at offset 9 and the 2 before it repeat earlier pages, record by record: reading stopped there; 3 distinct records were read in 3 passes, the server counts 7: records moved between pages while they were read, or pages are missing: extract again when nobody writes"},
		{"total moves", func(w http.ResponseWriter, _ string, skip, top int) bool {
			to := min(skip+top, 7)
			return page(all[skip:to], skip, top, 7+skip%2, to < 7)(w)
		}, "7|14|in_doubt", "the server's count moved between 7 and 8 while the pages were read, so that a record may have slipped between two pages: extract again when nobody writes"},
		{"empty before total", func(w http.ResponseWriter, _ string, skip, top int) bool {
			if skip >= 3 {
				return page(nil, skip, top, 7, true)(w)
			}
			return false
		}, "3|6|in_doubt", "the page at offset 3 was empty although the server counts 7: extract again; 3 distinct records were read in 3 passes, the server counts 7: records moved between pages while they were read, or pages are missing: extract again when nobody writes"},
		{"next goes missing", func(w http.ResponseWriter, _ string, skip, top int) bool {
			if skip >= 3 {
				return page(all[3:5], skip, top, 7, false)(w)
			}
			return false
		}, "5|10|in_doubt", "the pages end at offset 5 although the server counts 7: extract again; 5 distinct records were read in 3 passes, the server counts 7: records moved between pages while they were read, or pages are missing: extract again when nobody writes"},
		{"next after the end", func(w http.ResponseWriter, _ string, skip, top int) bool {
			from, to := min(skip, 7), min(skip+top, 7)
			return page(all[from:to], skip, top, 7, true)(w)
		}, "7|0|complete", ""},
		{"short pages", func(w http.ResponseWriter, _ string, skip, top int) bool {
			to := min(skip+2-skip%2, 7)
			return page(all[skip:to], skip, top, 7, to < 7)(w)
		}, "7|0|complete", ""},
		{"fewer granted", func(w http.ResponseWriter, _ string, skip, _ int) bool {
			to := min(skip+2, 7)
			return page(all[skip:to], skip, 2, 7, to < 7)(w)
		}, "7|0|complete", ""},
		{"more sent than asked", func(w http.ResponseWriter, _ string, _, _ int) bool {
			return page(all, 0, 100, 7, false)(w)
		}, "7|0|complete", ""},
		{"a record on two pages", func(w http.ResponseWriter, _ string, skip, top int) bool {
			moved := append([]string{all[0]}, all...)
			to := min(skip+top, 8)
			return page(moved[skip:to], skip, top, 8, to < 8)(w)
		}, "7|17|in_doubt", "7 distinct records were read in 3 passes, the server counts 8: records moved between pages while they were read, or pages are missing: extract again when nobody writes"},
		{"no pagination", func(w http.ResponseWriter, _ string, _, _ int) bool {
			fmt.Fprintf(w, `{"people":[%s]}`, strings.Join(all, ","))
			return true
		}, "7|0|complete", ""},
		{"nobody", func(w http.ResponseWriter, _ string, skip, top int) bool { return page(nil, skip, top, 0, false)(w) }, "0|0|complete", ""},
	} {
		for _, concurrency := range []int{1, 4} {
			t.Run(fmt.Sprint(c.name, " ", concurrency), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, &hub{collections: map[string][]string{"people": all}, answer: c.answer})
				w.cfg.Sources[0].Concurrency = concurrency
				result := w.mustRun()
				diff(t, "run", w.rows("SELECT records, repeated, status FROM extractions"), c.want)
				diff(t, "doubt", result.Extractions[0].Doubt, c.doubt)
				if result.InDoubt() != (c.doubt != "") {
					t.Errorf("InDoubt is %v", result.InDoubt())
				}
			})
		}
	}
}

func linksSource(path string) config.Source {
	return config.Source{Name: "known", Type: config.TypeLinks, Path: path, Collection: "people"}
}

// TestIDsKnown is about sources that cannot be joined to the hub, which nothing else would show: the hub holds people
// 0 to 9 of my-application/2243.
func TestIDsKnown(t *testing.T) {
	t.Parallel()
	const linkHeader = "left_provider,left_realm,left_id,right_provider,right_realm,right_id\n"
	for _, c := range []struct {
		name, provider, realm, also, file, links string
		checked, doubt, note                     string
	}{
		{"all known", "my-application", "2243", "", "1,9,2", "", "3 of 3", "", ""},
		{"wrong realm", "my-application", "2234", "", "1,9,2", "", "0 of 3", "the hub knows 0 of 3 IDs of my-application/2234; for my-application it holds realm 2243 (10 IDs): check `realm`", ""},
		{"half pushed", "my-application", "2243", "", "1,77,88", "", "1 of 3", "", "the hub knows 1 of 3 IDs of my-application/2243: the others were not pushed yet"},
		{"not connected", "new", "1", "", "1,9,2", "", "0 of 0", "", "the hub holds no ID of new in any realm: it is not connected yet"},
		{"bridge known", "new", "1", "my-application/2243", "1:1,9:9,2:2", "", "3 of 3", "", "the hub holds no ID of new in any realm: it is not connected yet"},
		{"bridge unknown", "new", "1", "my-application/2243", "1:51,9:59,2:2", "", "1 of 3", "the hub knows 1 of 3 IDs of my-application/2243: check that the column or file is that of this application, and of the hub's group", "the hub holds no ID of new in any realm: it is not connected yet"},
		{"links known", "new", "1", "", "", "new,1,5,my-application,2243,1\n", "1 of 1", "", "the hub holds no ID of new in any realm: it is not connected yet; of the 2 IDs that the links name no record bears 1 (1 of 1 of new/1): these links join nothing"},
		{"links of a wrong realm", "new", "1", "", "", "new,1,5,my-application,77,1\n", "0 of 1", "the hub knows 0 of 1 IDs of my-application/77; for my-application it holds realm 2243 (10 IDs): check `realm`; of the 2 IDs that the links name no record bears 2 (1 of 1 of my-application/77, 1 of 1 of new/1): check provider, realm and collection", "the hub holds no ID of new in any realm: it is not connected yet"},
		{"links of nobody", "new", "1", "", "", "new,1,5,my-application,2243,51\n", "0 of 1", "the hub knows 0 of 1 IDs of my-application/2243: check that the column or file is that of this application, and of the hub's group; of the 2 IDs that the links name no record bears 2 (1 of 1 of my-application/2243, 1 of 1 of new/1): check provider, realm and collection", "the hub holds no ID of new in any realm: it is not connected yet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &hub{collections: map[string][]string{"people": people(10)}})
			if c.links != "" {
				w.cfg.Sources = append(w.cfg.Sources, linksSource(w.file("l.csv", linkHeader+c.links)))
			} else {
				var b strings.Builder
				b.WriteString("contact_id,given_name,surname,other\n")
				for row := range strings.SplitSeq(c.file, ",") {
					own, other, _ := strings.Cut(row, ":")
					fmt.Fprintf(&b, "%s,a,b,%s\n", own, other)
				}
				s := crm(w.file("a.csv", b.String()))
				s.ID.Provider, s.ID.Realm = c.provider, c.realm
				if provider, realm, ok := strings.Cut(c.also, "/"); ok {
					s.AlsoIDs = []config.IDColumn{{Provider: provider, Realm: realm, Column: "other"}}
				}
				w.cfg.Sources = append(w.cfg.Sources, s)
			}
			e := w.mustRun().Extractions[1]
			diff(t, "known", fmt.Sprintf("%d of %d", *e.IDsKnown, *e.IDsChecked), c.checked)
			diff(t, "doubt", e.Doubt, c.doubt)
			diff(t, "note", e.Note, c.note)
		})
	}
}

// TestLinksOfAnApplicationBeingOnboarded links records that the application's own file holds and the hub does not yet.
func TestLinksOfAnApplicationBeingOnboarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{"people": people(10)}})
	s := crm(w.file("a.csv", "contact_id,given_name,surname\n51,a,b\n52,a,b\n53,a,b\n1,a,b\n"))
	w.cfg.Sources = append(w.cfg.Sources, s, linksSource(w.file("l.csv",
		"left_provider,left_realm,left_id,right_provider,right_realm,right_id\nmy-application,2243,51,other,1,7\nmy-application,2243,52,other,1,8\nmy-application,2243,1,other,1,9\n")))
	result := w.mustRun()
	diff(t, "file", result.Extractions[1].Status+": "+result.Extractions[1].Note, "complete: the hub knows 1 of 4 IDs of my-application/2243: the others were not pushed yet")
	diff(t, "links", result.Extractions[2].Status+": "+result.Extractions[2].Note, "complete: the hub holds no ID of other in any realm: it is not connected yet; of the 6 IDs that the links name no record bears 3 (3 of 3 of other/1): these links join nothing")
}

// TestNoLinksAreNoFault: a crosswalk of two applications that share nothing yet holds a header alone.
func TestNoLinksAreNoFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{"people": people(2)}})
	w.cfg.Sources = append(w.cfg.Sources, linksSource(w.file("l.csv", "left_provider,left_realm,left_id,right_provider,right_realm,right_id\n")))
	result := w.mustRun()
	e := result.Extractions[len(result.Extractions)-1]
	if e.Status != "complete" || e.Records != 0 || !strings.Contains(e.Note, "l.csv holds a header and no row: it links nothing") {
		t.Errorf("%+v", e)
	}
}
