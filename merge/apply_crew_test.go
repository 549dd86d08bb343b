package merge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// Side by side, operations never meet on a record or an ID, never begin before what they depend on has ended, and never
// before the level below has; otherwise as many are under way as may be.
func TestCrewKeepsApart(t *testing.T) {
	t.Parallel()
	most := 0
	for seed := range seeds(50, 2000) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 29))
			width, level := 1+rng.IntN(8), 0
			c := newCrew(width)
			under, ended := map[string]Operation{}, map[string]bool{}
			for i := range 120 {
				op := Operation{ID: fmt.Sprint(i), Level: level, Collection: "people", Target: hubKey(fmt.Sprint(rng.IntN(30))).String()}
				if rng.IntN(20) == 0 {
					level++
				}
				if rng.IntN(3) == 0 {
					op.BearsIDs = []connec.ExternalID{appID(fmt.Sprint(rng.IntN(20)))}
				}
				if i > 0 && rng.IntN(4) == 0 {
					op.DependsOn = []string{fmt.Sprint(rng.IntN(i))}
				}
				begin := func() {
					for _, other := range under {
						if other.Level != op.Level || other.Target == op.Target || len(op.BearsIDs)+len(other.BearsIDs) == 2 && op.BearsIDs[0] == other.BearsIDs[0] {
							t.Fatalf("seed %d: %+v beside %+v", seed, op, other)
						}
					}
					for _, id := range op.DependsOn {
						if !ended[id] {
							t.Fatalf("seed %d: %s began before %s had ended", seed, op.ID, id)
						}
					}
					under[op.ID] = op
					if most = max(most, len(under)); len(under) > width {
						t.Fatalf("seed %d: %d under way, width %d", seed, len(under), width)
					}
				}
				took := time.Duration(1+rng.IntN(50)) * time.Millisecond
				if err := c.take(op, begin, func() error {
					time.Sleep(took)
					c.mu.Lock() // what begin reads is under it, too
					defer c.mu.Unlock()
					delete(under, op.ID)
					ended[op.ID] = true
					return nil
				}); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.wait(); err != nil || len(ended) != 120 {
				t.Fatalf("seed %d: %v, %d ended", seed, err, len(ended))
			}
		})
	}
	if most < 8 {
		t.Errorf("never more than %d side by side", most)
	}
}

// The first error ends the crew: what is under way is finished, nothing new begins.
func TestCrewEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, first := newCrew(3), errors.New("first")
		finished := false
		for i, work := range []func() error{
			func() error { time.Sleep(time.Second); finished = true; return errors.New("later") },
			func() error { return first },
		} {
			if err := c.take(Operation{ID: fmt.Sprint(i), Target: hubKey(fmt.Sprint(i)).String()}, func() {}, work); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if err := c.take(Operation{ID: "9"}, func() { t.Error("something new began") }, nil); !errors.Is(err, first) {
			t.Errorf("take: %v", err)
		}
		if err := c.wait(); !errors.Is(err, first) || !finished {
			t.Errorf("wait: %v, finished %v", err, finished)
		}
	})
}

func TestWidthFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m    config.Merge
		want int
	}{
		{config.Merge{}, 2}, {config.Merge{Concurrency: 8}, 16}, {config.Merge{Concurrency: 4, Batch: 50}, 200},
		{config.Merge{Concurrency: 4, Rate: 2}, 8}, {config.Merge{Concurrency: 4, Batch: 50, Rate: 2}, 60},
		{config.Merge{Concurrency: 64, Rate: 0.1}, 3}, {config.Merge{Concurrency: 64, Rate: 0.01}, 1},
	} {
		if got := widthFor(c.m); got != c.want {
			t.Errorf("%+v: %d side by side, want %d", c.m, got, c.want)
		}
	}
}
