package spark

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"math"
	"strconv"

	"github.com/sameas/sameas/match/kernel"
)

// placement is where the records stand: those of records[i] are places[starts[i]:starts[i+1]].
type placement struct {
	records []uint32
	starts  []uint32
	places  []uint32 // block << 1, and 1 where the record is of side 2
	blocks  int64    // that hold a pair
	rows    int64
	pairs   int64 // that the kernels have to look at
	tiles   int64 // hash of the blocks, as the kernels make it of those that they read
}

// errTooMany says that a place cannot be numbered.
var errTooMany = errors.New("more than 2^31 blocks, or 2^32 records in them: match fewer records at once")

// place counts what the blocks hold and turns it round, from records by block to blocks by record.
func place(set *kernel.Set, blocks kernel.Blocks) (placement, error) {
	var p placement
	if blocks.N > math.MaxInt32 {
		return p, errTooMany
	}
	counts := make([]uint32, set.Len())
	for i := range blocks.N {
		b := blocks.At(i)
		n := pairsOf(b)
		if n == 0 {
			continue
		}
		p.pairs += n
		p.blocks++
		p.rows += int64(len(b.Records) + len(b.Others))
		p.tiles ^= int64(kernel.HashTile(b.Rule, kernel.KeyText(b.Key), strconv.Itoa(i), len(b.Records)+len(b.Others)))
		for _, side := range [][]uint32{b.Records, b.Others} {
			for _, r := range side {
				counts[r]++
			}
		}
	}
	if p.rows > math.MaxUint32 {
		return p, errTooMany
	}
	next := p.lay(counts)
	for i := range blocks.N {
		b := blocks.At(i)
		if pairsOf(b) == 0 {
			continue
		}
		for side, records := range [][]uint32{b.Records, b.Others} {
			for _, r := range records {
				p.places[next[r]] = uint32(i)<<1 | uint32(side)
				next[r]++
			}
		}
	}
	return p, nil
}

// lay makes room, and returns where the places of each record begin.
func (p *placement) lay(counts []uint32) (next []uint32) {
	next, p.places = make([]uint32, len(counts)), make([]uint32, p.rows)
	at := uint32(0)
	for r, n := range counts {
		next[r] = at
		if n > 0 {
			p.records, p.starts = append(p.records, uint32(r)), append(p.starts, at)
		}
		at += n
	}
	p.starts = append(p.starts, at)
	return next
}

// pairsOf is how many pairs a block holds.
func pairsOf(b kernel.Block) int64 {
	n := int64(len(b.Records))
	if b.Others != nil {
		return n * int64(len(b.Others))
	}
	return n * (n - 1) / 2
}

// appendBlocks appends the blocks that a record stands in: rule, key, tile and side each, with tabs between, and spaces
// between the blocks. A block's number names its tile.
func (s *scan) appendBlocks(text []byte, i int) []byte {
	for n, place := range s.placed.places[s.placed.starts[i]:s.placed.starts[i+1]] {
		if n > 0 {
			text = append(text, ' ')
		}
		b := s.blocks.At(int(place >> 1))
		text = append(strconv.AppendInt(text, int64(b.Rule), 10), '\t')
		text = append(append(text, kernel.KeyText(b.Key)...), '\t')
		text = append(strconv.AppendUint(text, uint64(place>>1), 10), '\t')
		text = strconv.AppendUint(text, uint64(place&1+1), 10)
	}
	return text
}

// digest is that of all that the rows are made of. A value's number in its dictionary hangs on the order in which records
// were read, so that values count by their texts, and by what
// their frequencies add.
func (s *scan) digest() string {
	h := digester{Hash: sha256.New()}
	records := kernel.NewRecordWriter(s.set, s.model)
	var text []byte
	for f, d := range s.set.Dictionaries {
		texts := make([][sha256.Size / 2]byte, d.Len())
		for code := range uint32(d.Len()) {
			text = records.AppendValue(text[:0], f, code)
			whole := sha256.Sum256(text)
			texts[code] = [sha256.Size / 2]byte(whole[:])
		}
		for _, code := range s.set.Values[f] {
			h.bytes(texts[code][:])
		}
	}
	h.bytes(s.set.Stratum)
	for _, column := range s.set.Apart {
		h.numbers(column)
	}
	h.numbers(s.set.Rules)
	h.numbers(s.set.Keys.Start)
	h.numbers(s.set.Keys.Keys)
	h.numbers(s.placed.records)
	h.numbers(s.placed.starts)
	h.numbers(s.placed.places)
	h.flush()
	return hex.EncodeToString(h.Sum(nil))
}

// digester hashes in large pieces.
type digester struct {
	hash.Hash
	pending []byte
}

func (d *digester) flush() {
	d.Write(d.pending)
	d.pending = d.pending[:0]
}

func (d *digester) bytes(b []byte) {
	d.pending = append(d.pending, b...)
	if len(d.pending) >= 1<<16 {
		d.flush()
	}
}

func (d *digester) number(n uint32) {
	d.pending = binary.LittleEndian.AppendUint32(d.pending, n)
	if len(d.pending) >= 1<<16 {
		d.flush()
	}
}

func (d *digester) numbers(column []uint32) {
	d.number(uint32(len(column)))
	for _, n := range column {
		d.number(n)
	}
}

func sum(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}
