package extract

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// idSet holds the hashes of records' IDs, eight bytes each, sorted. Of a hundred million records two share a hash with a
// probability of one in 3,700 (n^2 / 2^65), which would cost one more pass.
type idSet []uint64

// sorted returns the set in order, each hash once.
func (s idSet) sorted() idSet {
	slices.Sort(s)
	return slices.Compact(s)
}

// with returns the union; s must be sorted, the other need not be.
func (s idSet) with(other idSet) idSet {
	other = slices.Clone(other).sorted()
	if len(s) == 0 {
		return other
	}
	union := make(idSet, 0, len(s)+len(other))
	for len(s) > 0 && len(other) > 0 {
		switch {
		case s[0] < other[0]:
			union, s = append(union, s[0]), s[1:]
		case s[0] > other[0]:
			union, other = append(union, other[0]), other[1:]
		default:
			union, s, other = append(union, s[0]), s[1:], other[1:]
		}
	}
	return append(append(union, s...), other...)
}

// nameOf is the hash of the ID that names a record of the hub, or of the whole record when none does, and the time that
// it says it was made.
func nameOf(record json.RawMessage) (id uint64, made time.Time) {
	var r struct {
		ID        json.RawMessage `json:"id"`
		Channel   string          `json:"channel_id"`
		CreatedAt time.Time       `json:"created_at"`
	}
	name := string(record)
	_ = json.Unmarshal(record, &r) // what cannot be read names nothing, and is told of when it is loaded
	ids, _ := connec.DecodeIDs(r.ID, r.Channel)
	for _, e := range ids {
		if e.IsHub() {
			name = e.String()
		}
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return h.Sum64(), r.CreatedAt
}
