package match

import (
	"context"
	"fmt"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// crowded is a world of n records, half of them copies of the others with slips of the hand.
func crowded(b testing.TB, n int) *matching {
	b.Helper()
	w := newWorld(b)
	people := town(n/2, "a")
	w.fill("people", append(people, copies(people, "b")...), nil)
	s, err := schemaOf("people", nil)
	if err != nil {
		b.Fatal(err)
	}
	return &matching{options: Options{DB: w.db, Anew: true}.withDefaults(), schema: s}
}

// through runs the steps before the one that is timed.
func through(b testing.TB, steps ...func(context.Context) error) {
	b.Helper()
	for _, step := range steps {
		if err := step(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// each times a step that can be repeated, and says how many records it does a second.
func each(b *testing.B, records int, step func(context.Context) error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		through(b, step)
	}
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

var benchSizes = []int{2_000, 20_000}

func BenchmarkFeatures(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			each(b, n, m.features)
		})
	}
}

func BenchmarkBlocking(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			through(b, m.features)
			each(b, n, func(ctx context.Context) (err error) {
				m.plan, err = planBlocks(ctx, m.schema, m.set, 0)
				return err
			})
		})
	}
}

func BenchmarkTraining(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			through(b, m.features, m.block, m.identify)
			each(b, n, m.train)
		})
	}
}

// BenchmarkScoring compares all pairs of all blocks, on all cores.
func BenchmarkScoring(b *testing.B) {
	for _, n := range append(benchSizes, 200_000) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			through(b, m.features, m.block, m.identify, m.train)
			pairs := int64(0)
			each(b, n, func(ctx context.Context) error {
				result, err := scan(ctx, m.set, m.model.spec, kernel.Blocks{N: m.plan.blocks(), At: m.plan.block}, 0, func(int64, int64) {})
				for _, n := range result.Pairs {
					pairs += n
				}
				return err
			})
			b.ReportMetric(float64(pairs)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}

func BenchmarkForming(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			through(b, m.features, m.block, m.identify, m.train, m.score)
			each(b, n, func(ctx context.Context) (err error) {
				m.outcome, err = m.form(ctx)
				return err
			})
		})
	}
}

// BenchmarkMatch is the whole, from records to stored clusters.
func BenchmarkMatch(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := crowded(b, n)
			each(b, n, func(ctx context.Context) error {
				_, err := Run(ctx, m.options)
				return err
			})
		})
	}
}
