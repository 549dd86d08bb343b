package reports

import (
	"slices"
	"strings"
	"testing"
)

func TestReviewSurvivorAndValue(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `UPDATE records SET raw = '{"first_name":"Kate","email":{"address":"kate@brook.example"},"phone_home":{"mobile":"0400","landline":""}}' WHERE rid = 4`)
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/item?collection=people&id=people-01", 200)
	if item.Asked || len(item.Groups) != 3 || item.Survivor != -1 {
		t.Fatalf("a sure cluster looked up: %+v", item)
	}
	second := 1 // p-2
	s.answer(item, []int{0, 0, 0}, func(a *answer) {
		a.Survivor, a.Values = &second, map[string]int{"E-mail": 1, "Mobile": 1, "Landline": 1}
	})
	want := []string{"connec/org-1/p-1 same connec/org-1/p-2", "connec/org-1/p-1 same my-application/2243/17", "connec/org-1/p-2 survivor", "connec/org-1/p-2 value email", "connec/org-1/p-2 value phone_home.mobile"}
	if got := standingTexts(t, db); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
	item = get(s, "/item?collection=people&id=people-01", 200)
	if item.Survivor != 1 || item.Values["E-mail"] != 1 || item.Values["Mobile"] != 1 || len(item.Values) != 2 {
		t.Errorf("shown again: survivor %d, values %v", item.Survivor, item.Values)
	}
	app := 2
	for name, change := range map[string]func(*answer){
		"an application's survivor": func(a *answer) { a.Survivor = &app },
		"an application's value":    func(a *answer) { a.Values = map[string]int{"E-mail": 2} },
		"a value nobody decides":    func(a *answer) { a.Values = map[string]int{"Status": 1} },
		"too few groups":            func(a *answer) { a.Groups = []int{0} },
		"a long remark":             func(a *answer) { a.Why = strings.Repeat("x", longestWhy+1) },
	} {
		if refused := s.refused(item, []int{0, 0, 0}, 400, change); !strings.Contains(refused.Error, "does not fit") {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}

// TestReviewValueChosenAnew: a row of the card stands for several paths. Whoever chooses another record's value of it wants
// the one chosen before no more, though that stands in another path; an undo brings it back, as it does an earlier survivor.
func TestReviewValueChosenAnew(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `UPDATE records SET raw = '{"phone_home":{"mobile":"0400"}}' WHERE key = 'connec/org-1/p-1'`)
	execute(t, db, `UPDATE records SET raw = '{"phone":{"mobile2":"0411"}}' WHERE key = 'connec/org-1/p-2'`)
	importText(t, db, "collection,decision,record,field\npeople,value,connec/org-1/p-1,phone_work.mobile\npeople,value,connec/org-1/p-1,title\n")
	s := serveReview(t, ReviewOptions{DB: db})
	choose := func(i int) {
		t.Helper()
		item := get(s, "/item?collection=people&id=people-01", 200)
		s.answer(item, []int{0, 0, 0}, func(a *answer) { a.Survivor, a.Values = &i, map[string]int{"Mobile": i} })
	}
	chosen := func() []string {
		return slices.DeleteFunc(standingTexts(t, db), func(text string) bool { return strings.Contains(text, " same ") })
	}
	choose(0)
	first := []string{"connec/org-1/p-1 survivor", "connec/org-1/p-1 value phone_home.mobile", "connec/org-1/p-1 value title"}
	if got := chosen(); !slices.Equal(got, first) {
		t.Errorf("chosen %q, want %q", got, first)
	}
	choose(1)
	if got, want := chosen(), []string{"connec/org-1/p-1 value title", "connec/org-1/p-2 survivor", "connec/org-1/p-2 value phone.mobile2"}; !slices.Equal(got, want) {
		t.Errorf("chosen anew %q, want %q", got, want)
	}
	if item := exchange[shown](s, "POST", "/undo", map[string]int{"last": 2}, 200); item.Values["Mobile"] != 0 || item.Survivor != 0 {
		t.Errorf("after an undo: %+v", item)
	}
	if got := chosen(); !slices.Equal(got, first) {
		t.Errorf("after an undo there stands %q, want %q", got, first)
	}
	exchange[shown](s, "POST", "/undo", map[string]int{"last": 1}, 200)
	if got, want := chosen(), []string{"connec/org-1/p-1 value phone_work.mobile", "connec/org-1/p-1 value title"}; !slices.Equal(got, want) {
		t.Errorf("after both there stands %q, want %q", got, want)
	}
}
