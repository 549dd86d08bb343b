package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGarbageIsBounded(t *testing.T) {
	t.Parallel()
	for held := uint64(4 << 20); held < 32<<30; held += held / 3 {
		allowed := held * uint64(garbagePercent(held)) / 100
		least := min(held*garbageShare/100, garbageMost) - held/50
		if allowed < least || allowed > max(garbageMost, garbageLeast) {
			t.Errorf("beside %d bytes held %d of garbage are allowed", held, allowed)
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
