package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// How much garbage matching may leave beside what it holds: a fifth of that, as it holds all records and throws away
// early what it throws away; but never so little that it collects for nothing.
const (
	garbageShare = 20 // percent
	garbageLeast = 256 << 20
)

// boundGarbage keeps the garbage collector to this until it is told to stop: after every collection it says anew
// at which share of what is held the next one comes.
func boundGarbage() (stop func()) {
	var mutex sync.Mutex
	stopped := false
	before := debug.SetGCPercent(garbagePercent(heldBytes()))
	type sentinel struct{ _ [16]byte }
	var collected func(*sentinel)
	collected = func(s *sentinel) {
		mutex.Lock()
		defer mutex.Unlock()
		if !stopped {
			debug.SetGCPercent(garbagePercent(heldBytes()))
			runtime.SetFinalizer(s, collected) // nothing holds it, so the next collection comes upon it again
		}
	}
	runtime.SetFinalizer(new(sentinel), collected)
	return func() {
		mutex.Lock()
		defer mutex.Unlock()
		stopped = true
		debug.SetGCPercent(before)
	}
}

// garbagePercent is the garbage that may stand beside so many bytes held, in percent of them.
func garbagePercent(held uint64) int {
	return max(garbageShare, int(garbageLeast*100/max(held, 1<<20)))
}

// heldBytes is what the last collection found in use.
func heldBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}
