package match

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPreflightRefusesOverTheBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := append(town(150, "a"), copies(town(150, "a"), "b")...)
	for i := range 120 { // namesakes of one town
		people[i].given, people[i].postcode = "gwendolyn", "2590"
	}
	w.fill("people", people, nil)
	ctx := context.Background()
	plan, err := Plan(ctx, Options{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	p := plan.Collections[0]
	if p.Records != 300 || p.Pairs < pairsOf(120) || p.Memory <= 0 || p.Seconds < 0 {
		t.Errorf("preflight %+v", p)
	}
	at := slices.IndexFunc(p.Rules, func(r PreflightRule) bool { return r.Rule == "given name, place" })
	if at < 0 || len(p.Rules[at].Largest) == 0 || p.Rules[at].Largest[0] != (PreflightKey{"gwendolyn 2590", 120, pairsOf(120)}) {
		t.Errorf("the rule of given name and place: %+v", p.Rules[max(at, 0)])
	}
	for _, text := range []string{"people: 300 records", "gwendolyn 2590 (120)"} {
		if !strings.Contains(plan.Text(), text) {
			t.Errorf("no %q in\n%s", text, plan.Text())
		}
	}
	for _, c := range []struct {
		name   string
		budget Budget
		says   string
	}{
		{"no limit", Budget{}, ""},
		{"enough", Budget{Pairs: p.Pairs, Memory: 1 << 40, Seconds: time.Hour}, ""},
		{"a pair too many", Budget{Pairs: p.Pairs - 1}, `pairs to compare`},
		{"no memory", Budget{Memory: 1}, `of memory`},
		{"no time", Budget{Seconds: time.Nanosecond}, `of comparing`},
	} {
		_, err := Run(ctx, Options{DB: w.db, Budget: c.budget})
		var over *OverBudgetError
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.says != "" && (!errors.As(err, &over) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "rule")):
			t.Errorf("%s: error %v, want one that says %q and names the rule", c.name, err, c.says)
		}
	}
}
