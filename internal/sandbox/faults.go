package sandbox

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kinds of faults, in the order in which they are drawn. The first three come before a request has an effect, the
// others after it.
const (
	fault500      = "500"
	fault429      = "429"      // with Retry-After 0 or 1
	faultReset    = "reset"    // the connection is reset
	faultLost     = "lost"     // the connection is closed without an answer
	faultTruncate = "truncate" // half of the answer's body is sent
	faultSlow     = "slow"     // the answer is held back for slowBy
)

const slowBy = 200 * time.Millisecond

func faultKinds() []string {
	return []string{fault500, fault429, faultReset, faultLost, faultTruncate, faultSlow}
}

// Faults are the shares of requests, 0 to 1, that go wrong in each way; at most one of them befalls a request.
type Faults struct {
	shares [6]float64 // in the order of faultKinds
}

// ParseFaults reads kind=share pairs separated by commas.
func ParseFaults(text string) (Faults, error) {
	var f Faults
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		kind, value, _ := strings.Cut(part, "=")
		i := slices.Index(faultKinds(), kind)
		if i < 0 {
			return Faults{}, fmt.Errorf("faults: unknown kind %q: want %s", kind, strings.Join(faultKinds(), ", "))
		}
		share, err := strconv.ParseFloat(value, 64)
		if err != nil || !(share >= 0 && share <= 1) {
			return Faults{}, fmt.Errorf("faults: %s %q: want a share from 0 to 1", kind, value)
		}
		f.shares[i] = share
	}
	return f, f.check()
}

func (f Faults) check() error {
	if sum := f.sum(); sum > 1+1e-9 {
		return fmt.Errorf("faults: the shares sum to %v: want at most 1, as one request has one fault", sum)
	}
	return nil
}

func (f Faults) sum() float64 {
	sum := 0.0
	for _, share := range f.shares {
		sum += share
	}
	return sum
}

func (f Faults) none() bool { return f.sum() == 0 }

// draw is the fault for a number, all of whose bits are random; "" for none.
func (f Faults) draw(number uint64) string {
	at := float64(number>>11) / (1 << 53)
	for i, share := range f.shares {
		if at < share {
			return faultKinds()[i]
		}
		at -= share
	}
	return ""
}

// draws gives each request a number that depends on the seed, on what is asked, and on how often the same was asked
// before; not on when it arrives among others. So a run with faults can be repeated with any concurrency.
type draws struct {
	seed uint64
	mu   sync.Mutex
	seen map[uint64]uint32
}

func newDraws(seed uint64) *draws { return &draws{seed: seed, seen: map[uint64]uint32{}} }

func (d *draws) next(method, target string, body [sha256.Size]byte) uint64 {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %s ", d.seed, method, target)
	h.Write(body[:])
	key := binary.BigEndian.Uint64(h.Sum(nil))
	d.mu.Lock()
	n := d.seen[key]
	if n < math.MaxUint32 {
		d.seen[key] = n + 1
	}
	d.mu.Unlock()
	return scramble(key + uint64(n)*0x9e3779b97f4a7c15)
}

// scramble spreads a number's bits (the finaliser of splitmix64).
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
