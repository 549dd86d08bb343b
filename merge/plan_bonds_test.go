package merge

import "testing"

// TestLinksThatDoNotCountAttachNothing: what a link is worth when its fields contradict it, a person overruled it or its
// whole file is off is what the two records say; only above the attach threshold is an ID written for that.
func TestLinksThatDoNotCountAttachNothing(t *testing.T) {
	t.Parallel()
	const h, a = "connec/org-1/h", "a/1/5"
	rows := []row{{key: h, cluster: "p"}, {key: a, cluster: "p"}}
	off := func(provider, realm string) string {
		return "INSERT INTO conflicts (collection, kind, provider, realm, detail) VALUES ('people', 'link_source_off', '" + provider + "', '" + realm + "', 'x')"
	}
	against := func(kind string) string {
		return "INSERT INTO conflicts (collection, kind, key_a, key_b, detail) VALUES ('people', '" + kind + "', 'a/1/5', 'connec/org-1/h', 'x')"
	}
	cases := map[string]struct {
		kind, via string
		p         float64
		conflict  string
		attached  bool
	}{
		"a link":                          {kind: "link", via: "known:2", p: 0.9, attached: true},
		"a link of a file that is off":    {kind: "link", via: "known:2", p: 0.9, conflict: off("known", "")},
		"but alike enough":                {kind: "link", via: "known:2", p: 0.999, conflict: off("known", ""), attached: true},
		"another file is off":             {kind: "link", via: "known:2", p: 0.9, conflict: off("know", ""), attached: true},
		"a shared ID":                     {kind: "shared_id", via: "b/77/9", p: 0.9, attached: true},
		"an ID of an account that is off": {kind: "shared_id", via: "b/77/9", p: 0.9, conflict: off("b", "77")},
		"another account is off":          {kind: "shared_id", via: "b/77/9", p: 0.9, conflict: off("b", "7"), attached: true},
		"a contradicted ID":               {kind: "shared_id", via: "b/77/9", p: 0.9, conflict: against("link_contradicted")},
		"an overruled link":               {kind: "link", via: "known:2", p: 0.9, conflict: against("link_overruled")},
		"a judgement":                     {kind: "decision", via: "known:2", p: 0.9, conflict: against("link_contradicted"), attached: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := world{rows: rows, ties: []tie{{h, a, c.kind, c.p}}}.open(t)
			for _, text := range []string{"UPDATE edges SET via = '" + c.via + "'", c.conflict} {
				if _, err := db.ExecContext(t.Context(), text); text != "" && err != nil {
					t.Fatal(err)
				}
			}
			summary, _, _, _ := plan(t, db, settings(nil))
			if attached := summary.Operations[TypeAttach] == 1; attached != c.attached || !attached && summary.Withheld[WithheldBelowAttach] == 0 {
				t.Errorf("attached: %v; %v, withheld %v", attached, summary.Operations, summary.Withheld)
			}
		})
	}
}
