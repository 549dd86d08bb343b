//go:build unix

package match

import (
	"flag"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"testing"
)

var clusterRecords = flag.Int("records", 1_000_000, "how many records BenchmarkHome makes clusters of")

// made is a synthetic collection after its pairs were compared: things of which one to four records exist, with the
// shares that matching 300,000 generated people gave: 78 % of things have one record, 15.9 % two, 4.6 % three, 1.5 %
// four; 0.34 pairs a record may join unasked, 0.5 more are for review; 3.6 in a hundred records have a pair that may
// join but for two IDs of one application. A thing's records lie far apart, so that no cache helps.
type made struct {
	n     uint32
	first []uint32 // by thing: place of its first record; one more than there are things
}

func makeThings(n int) *made {
	r := rand.New(rand.NewPCG(1, 2))
	m := &made{n: uint32(n), first: make([]uint32, 0, n/10*8)}
	for at := 0; at < n; {
		m.first = append(m.first, uint32(at))
		size := 1
		for _, share := range [...]float64{0.22, 0.28, 0.25} {
			if r.Float64() > share {
				break
			}
			size++
		}
		at += size
	}
	m.first = append(m.first, uint32(n))
	return m
}

// record is the number of the record at a place: multiplying by a number prime to n goes through all of them.
func (m *made) record(place uint32) uint32 {
	return uint32(uint64(place) * 2_654_435_761 % uint64(m.n))
}

// auto calls do for the pairs that may join: all of a thing, and here and there two things of one application.
func (m *made) auto(do func(a, b uint32)) {
	for t := range len(m.first) - 1 {
		for x := m.first[t]; x < m.first[t+1]; x++ {
			for y := x + 1; y < m.first[t+1]; y++ {
				do(m.record(x), m.record(y))
			}
		}
		if t%20 == 0 && t > 0 {
			do(m.record(m.first[t]), m.record(m.first[t-1]))
		}
	}
}

// identity gives each record one ID: of the first record of a thing of application 0, of others of another one each.
func (m *made) identity() *identity {
	id := &identity{holdings: make([][]holding, m.n), verdicts: verdicts{different: map[[2]uint32]bool{}}}
	all := make([]holding, m.n)
	for t := range len(m.first) - 1 {
		for x := m.first[t]; x < m.first[t+1]; x++ {
			r := m.record(x)
			all[r] = holding{x - m.first[t], r}
			id.holdings[r] = all[r : r+1 : r+1]
		}
	}
	return id
}

// peak is the most memory that the process has had, in GB, where the system tells.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if err != nil || found == nil {
		return 0
	}
	kb, _ := strconv.ParseFloat(string(found[1]), 64)
	return kb / 1e6
}

// processorSeconds is how long the process has had a processor: another process beside it does not count.
func processorSeconds(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// BenchmarkHome is what stays at home when an engine has compared the pairs: union-find over all pairs kept, then the
// islands, and clustering under constraints.
//
//	go test ./match -run - -bench Home -benchtime 1x -records 100000000
//
// It reports the processor's seconds for each step, and the peak of the process's memory in GB.
func BenchmarkHome(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	m := makeThings(*clusterRecords)
	if m.n%2_654_435_761 == 0 || 2_654_435_761%uint64(m.n) == 0 {
		b.Fatal("choose another number of records")
	}
	for b.Loop() {
		began := processorSeconds(b)
		lap := func(unit string) {
			now := processorSeconds(b)
			b.ReportMetric(now-began, unit)
			began = now
		}
		edges := 0
		u := newUnions(int(m.n))
		m.auto(func(x, y uint32) { u.join(x, y); edges++ })
		r := rand.New(rand.NewPCG(3, 4))
		for range m.n / 2 {
			u.join(r.Uint32N(m.n), r.Uint32N(m.n))
			edges++
		}
		u.flatten()
		b.ReportMetric(float64(edges), "edges")
		lap("union-s")
		u = nil
		b.ReportMetric(peak(), "union-GB")

		id := m.identity()
		component := newUnions(int(m.n)).parent
		pairs := make([]candidate, 0, edges-int(m.n/2))
		m.auto(func(x, y uint32) {
			pairs = append(pairs, candidate{a: min(x, y), b: max(x, y), weight: r.Int32N(40 << 10), auto: true})
		})
		runtime.GC()
		began = processorSeconds(b)
		all := islands(component, pairs)
		pairs = nil
		lap("islands-s")
		p := newPartition(id, component)
		refused := 0
		for i := range all {
			sortCandidates(all[i])
			c := newClustering(p, nil, func(uint32, uint32) bool { return true })
			c.run(all[i])
			refused += len(c.refusals)
		}
		lap("cluster-s")
		clusters := 0
		for i := range m.n {
			if p.find(i) == i {
				clusters++
			}
		}
		b.ReportMetric(float64(clusters), "clusters")
		b.ReportMetric(float64(refused), "refused")
		b.ReportMetric(peak(), "peak-GB")
	}
}
