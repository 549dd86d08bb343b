package extract

import (
	"bytes"
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

// nameOf is the hash of the ID that names a record of the hub, or of the whole record when none does. Of an array only the
// hub's own entry is decoded.
func nameOf(record json.RawMessage) uint64 {
	raw := connec.Member(record, "id")
	channel := ""
	if bytes.HasPrefix(raw, []byte("[")) {
		for entry := range connec.Elements(raw) {
			if string(connec.Member(entry, "provider")) == `"`+connec.HubProvider+`"` {
				raw = entry
			}
		}
	} else {
		_ = json.Unmarshal(connec.Member(record, "channel_id"), &channel) // what cannot be read names nothing, and is told of when it is loaded
	}
	h := fnv.New64a()
	ids, _ := connec.DecodeIDs(raw, channel)
	for _, id := range ids {
		if id.IsHub() {
			_, _ = h.Write([]byte(id.String()))
			return h.Sum64()
		}
	}
	_, _ = h.Write(record)
	return h.Sum64()
}

// madeAt is the time that a record says it was made.
func madeAt(record json.RawMessage) (t time.Time) {
	_ = json.Unmarshal(connec.Member(record, "created_at"), &t)
	return t
}
