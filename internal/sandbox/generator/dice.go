package generator

import (
	"math/rand/v2"
	"sort"
)

// dice is one group's own stream of random numbers: PCG seeded by the world's seed, the collection and the group's
// number, so that groups can be made in any order, on any core, and come out the same.
type dice struct{ *rand.Rand }

// streams keep the numbers of different collections and uses apart.
const (
	streamPeople        = 0x70656f706c65
	streamOrganizations = 0x6f7267
)

func newDice(seed, stream, group uint64) dice {
	return dice{rand.New(rand.NewPCG(mix(seed^stream), mix(group+0x9e3779b97f4a7c15*stream)))}
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads near seeds far apart.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is true in that many cases of a thousand.
func (d dice) chance(perMille int) bool { return d.IntN(1000) < perMille }

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }

// table draws an index in proportion to integer weights: no floating point, so the same everywhere.
type table struct{ cum []uint64 }

func newTable(weights []uint64) table {
	cum := make([]uint64, len(weights))
	var sum uint64
	for i, w := range weights {
		sum += w
		cum[i] = sum
	}
	return table{cum}
}

func (t table) draw(d dice) int {
	x := d.Uint64N(t.cum[len(t.cum)-1])
	return sort.Search(len(t.cum), func(i int) bool { return t.cum[i] > x })
}

// zipf draws ranks from 0 by the Zipf-Mandelbrot law with exponent 1, weight 1/(rank+shift): the shape of family
// names, given names and company sizes (Mandelbrot's shift flattens the head: no name is held by a tenth of all).
type zipf struct{ table }

func newZipf(n, shift int) zipf {
	weights := make([]uint64, n)
	for r := range weights {
		weights[r] = (1 << 40) / uint64(r+1+shift)
	}
	return zipf{newTable(weights)}
}

// slotID is a bijection of a slot's number that looks like a serial number; multiplier is odd.
func slotID(slot, multiplier uint64) uint64 { return slot * multiplier & (1<<32 - 1) }
