package kernel

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
	"testing"
)

// TestVersionIsThatOfTheseResults: a change that makes the kernel compare otherwise has to change this line, and so says
// aloud that kernels before and after it may not work together. A change that only makes it faster leaves the line alone.
func TestVersionIsThatOfTheseResults(t *testing.T) {
	t.Parallel()
	const want = "sameas-kernel/1+fcbd7caeab143103"
	if got := Version(); got != want {
		t.Errorf("the kernel compares otherwise than the one that was %s: if that is meant, its version is now %s", want, got)
	}
}

// TestSampleReachesEveryLevel: a version says something of what the sample holds, and of nothing else.
func TestSampleReachesEveryLevel(t *testing.T) {
	t.Parallel()
	file := sampleSpec()
	file.Count = true
	spec, err := file.spec()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	f := newFilter(file, spec, &textSink{out: bufio.NewWriter(&out)})
	if err := f.run(&textSource{in: bufio.NewReader(strings.NewReader(sampleRows())), layout: f.layout}); err != nil {
		t.Fatal(err)
	}
	reached := map[Kind]map[uint8]bool{}
	for line := range strings.Lines(out.String()) {
		if c := strings.Split(line, "\t"); c[0] == "c" {
			pattern, err := strconv.ParseInt(c[4], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			for i := range sample {
				if reached[sample[i].kind] == nil {
					reached[sample[i].kind] = map[uint8]bool{}
				}
				reached[sample[i].kind][Pattern(pattern).Level(i)] = true
			}
		}
	}
	for k := range kindNames {
		kind := Kind(k)
		for level, name := range kind.Levels() {
			if kind == Employer && level == OrgOther { // an employer's name bears no marks
				continue
			}
			if !reached[kind][uint8(level)] {
				t.Errorf("no pair of the sample has the level %q of %s", name, kind)
			}
		}
	}
	scored := int64(0)
	for _, n := range f.pairs {
		scored += n
	}
	if f.edges < 100 || f.edges > scored/4 {
		t.Errorf("%d of %d pairs are kept: the sums are hardly tried", f.edges, scored)
	}
}
