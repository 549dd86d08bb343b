package match

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// Every byte of a text and its length count, wherever it ends.
func TestEveryByteOfATextIsInItsHash(t *testing.T) {
	t.Parallel()
	seen := map[uint64]string{}
	note := func(text string) {
		h := foldText(1, text)
		if other, taken := seen[h]; taken && other != text {
			t.Errorf("%q and %q have the same hash", text, other)
		}
		seen[h] = text
		if got := foldText(1, []byte(text)); got != h {
			t.Errorf("%q: %x as bytes, %x as text", text, got, h)
		}
	}
	for length := range 40 {
		text := []byte(strings.Repeat("\x00", length))
		note(string(text))
		for at := range text {
			for bit := range 8 {
				text[at] ^= 1 << bit
				note(string(text))
				text[at] ^= 1 << bit
			}
		}
	}
	if foldText(foldText(1, "ab"), "c") == foldText(foldText(1, "a"), "bc") {
		t.Error("where one text ends and the next begins does not count")
	}
}

// The same rows have the same digest in any order and on any number of threads; other rows, or one twice, have another.
func TestRowSumsKnowNoOrder(t *testing.T) {
	t.Parallel()
	const rows = 3*sumRows*sumShards + 5
	sum := func(threads int, hash func(n int) uint64) string {
		var s rowSums
		var all sync.WaitGroup
		for w := range threads {
			all.Go(func() {
				for n := rows - 1 - w; n >= 0; n -= threads {
					s.add(n, hash(n))
				}
			})
		}
		all.Wait()
		return s.String()
	}
	hash := func(n int) uint64 { return foldText(0, fmt.Sprint(n)) }
	want := sum(1, hash)
	if got := sum(3, hash); got != want {
		t.Errorf("on three threads %s, on one %s", got, want)
	}
	if got := sum(2, func(n int) uint64 { return hash(rows - 1 - n) }); got != want {
		t.Errorf("backwards %s, forwards %s", got, want)
	}
	if got := sum(2, func(n int) uint64 { return hash(max(n, 1)) }); got == want {
		t.Error("a row that comes twice, and another not at all, is not noticed")
	}
}
