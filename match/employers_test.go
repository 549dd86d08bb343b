package match

import (
	"fmt"
	"slices"
	"testing"
)

func TestEmployersOfARecord(t *testing.T) {
	t.Parallel()
	var none *employers
	if got := none.of(1); got != nil {
		t.Errorf("without employers, record 1 has %q", got)
	}
	e, want := &employers{}, map[int64][]string{}
	if got := e.of(1); got != nil {
		t.Errorf("of no employers, record 1 has %q", got)
	}
	for rid := int64(3); rid < 60; rid += 4 {
		for n := range rid % 3 {
			cluster := fmt.Sprintf("#c%d.%d", rid, n)
			e.add(rid, cluster)
			want[rid] = append(want[rid], cluster)
		}
		for r := range int64(70) {
			if got := e.of(r); !slices.Equal(got, want[r]) {
				t.Fatalf("record %d: %q, want %q", r, got, want[r])
			}
		}
	}
}

// TestAnEmployerOfSeveralRecordsIsNamedOnce, as where a person refers to two records of one organization.
func TestAnEmployerOfSeveralRecordsIsNamedOnce(t *testing.T) {
	t.Parallel()
	for want, organizations := range map[string][]string{"#a": {"#a", "#a"}, "#a\x1f#b": {"#a", "#a", "#b"}} {
		if got := new(maker).employerOf(&raw{organizations: organizations}); got != want {
			t.Errorf("%q is %q, want %q", organizations, got, want)
		}
	}
}
