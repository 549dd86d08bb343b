package match

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync/atomic"
)

// rowSums are the digest of rows that come in any order and on several threads: sums of a hash of each, and of another made
// from it. It tells that rows changed, by all but a chance of one in 2^64; whoever sets out to make two tables of one
// digest may.
type rowSums struct {
	shards [sumShards]struct {
		one, two atomic.Uint64
		_        [48]byte // so that threads which add to neighbours do not wait for each other
	}
}

// sumShards is how many sums there are, and sumRows how many rows in a row are added to the same one: those that one thread
// mostly hands to the engine at once.
const (
	sumShards = 64
	sumRows   = 2048
)

// add adds the hash of row n.
func (s *rowSums) add(n int, hash uint64) {
	shard := &s.shards[n/sumRows%sumShards]
	shard.one.Add(mix(hash))
	shard.two.Add(mix(hash ^ fnvPrime))
}

// String is the digest of what was added: 32 hexadecimal digits.
func (s *rowSums) String() string {
	var one, two uint64
	for i := range s.shards {
		one += s.shards[i].one.Load()
		two += s.shards[i].two.Load()
	}
	return fmt.Sprintf("%016x%016x", one, two)
}

// Multipliers of folding: those of splitmix64, by S. Vigna.
const (
	foldOne = 0xbf58476d1ce4e5b9
	foldTwo = 0x94d049bb133111eb
)

// foldWord takes eight bytes into a hash: both halves of a product count, as in wyhash, by Wang Yi.
func foldWord(h, word uint64) uint64 {
	high, low := bits.Mul64(h^foldOne, word^foldTwo)
	return high ^ low ^ h
}

// foldText takes a text and its length into a hash, eight bytes at a time.
func foldText[T string | []byte](h uint64, text T) uint64 {
	h = foldWord(h, uint64(len(text)))
	for ; len(text) >= 8; text = text[8:] {
		h = foldWord(h, word(text))
	}
	if len(text) > 0 {
		var last [8]byte
		copy(last[:], text)
		h = foldWord(h, binary.LittleEndian.Uint64(last[:]))
	}
	return h
}

// word is the first eight bytes of a text.
func word[T string | []byte](text T) uint64 {
	_ = text[7]
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}
