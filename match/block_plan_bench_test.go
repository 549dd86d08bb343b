//go:build unix

package match

import (
	"slices"
	"testing"
)

// BenchmarkHotKey is a key of 20,000 records, 200 million pairs: the processor's seconds that the kernel takes for its
// longest tile, beside the median, and that it gives what one block gives.
func BenchmarkHotKey(b *testing.B) {
	const records = 20_000
	m := weighed(b, records)
	clock := func() float64 { return processorSeconds(b) }
	for b.Loop() {
		tiles := runTiles(b, m, hotKey(records, tileRecords), clock)
		slices.Sort(tiles.seconds)
		b.ReportMetric(float64(len(tiles.seconds)), "tiles")
		b.ReportMetric(tiles.seconds[len(tiles.seconds)/2], "median-s")
		b.ReportMetric(tiles.seconds[len(tiles.seconds)-1], "longest-s")
		whole := runTiles(b, m, hotKey(records, records), clock)
		b.ReportMetric(whole.seconds[0], "whole-s")
		if !slices.Equal(whole.edges, tiles.edges) || whole.hash != tiles.hash {
			b.Errorf("the block has %d edges, its tiles %d", len(whole.edges), len(tiles.edges))
		}
	}
}
