package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGarbageIsBounded(t *testing.T) {
	t.Parallel()
	for held := uint64(4 << 20); held < 64<<30; held += held / 3 {
		allowed := held * uint64(garbagePercent(held)) / 100
		if want := max(held/5, 256<<20); allowed > want || allowed < want-held/50 {
			t.Errorf("beside %d bytes held %d of garbage are allowed, want %d", held, allowed, want)
		}
	}
}

// The collector goes by the bounds after each collection, and by what it went before when matching has ended.
func TestGarbageBoundsEnd(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	stop := boundGarbage()
	runtime.GC()
	stop()
	runtime.GC()
	if now := debug.SetGCPercent(100); now != 100 {
		t.Errorf("the collector leaves %d %% of garbage, where it left 100 before", now)
	}
}
