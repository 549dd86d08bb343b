package kernel

// Block is records that share a key. Every pair of it is compared; with Others, every pair of a record and an other
// (a tile of a block that was cut).
type Block struct {
	Rule    int
	Key     uint32
	Records []uint32 // ascending
	Others  []uint32 // ascending; nil = pairs within Records
}

// Blocks is a choice of blocks, made one by one: all at once they would take more memory than the records. At may be
// called for any of them, from any goroutine, more than once; a block without records is none.
type Blocks struct {
	N  int
	At func(i int) Block
}

// Edge is a pair that was kept, A < B.
type Edge struct {
	A, B    uint32
	Rule    uint8
	Weight  int32 // in units
	Pattern Pattern
}

// Result is what scanning found. Results of several workers are put together by adding.
type Result struct {
	Edges  []Edge
	Pairs  []int64 // compared, by rule
	Counts map[Count]int64
}

// Scanner compares the pairs of blocks. It is for one goroutine; any number may share a Set and a Spec.
type Scanner struct {
	comparer
	rows  [2][MaxFields]coded // of a pair, where the set was not packed
	edges []Edge
	// edgeTerms are what the frequency of the values adds to the edges in all, in units, where that is wanted: not nil.
	edgeTerms []int32
	pairs     []int64
	counts    counts
	fetched   uint32
	seen      [seenBits / 64]uint64 // of the record at hand: its keys before that of the block, modulo seenBits
	earlier   []uint32              // the same keys
}

const seenBits = 4096

// NewScanner returns a scanner over a set.
func NewScanner(set *Set, spec *Spec) *Scanner {
	s := &Scanner{comparer: newComparer(set, spec), pairs: make([]int64, set.RuleCount())}
	s.weighAnew()
	return s
}

// Result is what was found so far.
func (s *Scanner) Result() Result {
	r := Result{Edges: s.edges, Pairs: s.pairs}
	if s.spec.Count {
		r.Counts = s.counts.all()
	}
	return r
}

// refresh takes over the weights of terms that were added to the spec.
func (s *Scanner) refresh() {
	for f := range s.spec.Fields {
		s.columns[f].terms = s.spec.Fields[f].Terms
	}
	s.weighAnew()
}

// weighAnew takes in what equal values weigh; where all fields are compared, nobody asks.
func (s *Scanner) weighAnew() {
	if !s.spec.Count {
		s.weighSame()
	}
}

// fetchedAtOnce is of how many records the scanner reads ahead: what it compares them by stays near the processor.
const fetchedAtOnce = 128

// ScanAll scans blocks, one after the other, and reads ahead what it compares their records by.
func (s *Scanner) ScanAll(blocks []Block) {
	for len(blocks) > 0 {
		n, records := 0, 0
		for n < len(blocks) && records < fetchedAtOnce {
			s.fetch(blocks[n].Records)
			s.fetch(blocks[n].Others)
			records += len(blocks[n].Records) + len(blocks[n].Others)
			n++
		}
		for _, b := range blocks[:n] {
			s.scan(b)
		}
		blocks = blocks[n:]
	}
}

// Scan compares the pairs of a block that share no smaller key, so that a pair is compared once, under its first key.
func (s *Scanner) Scan(b Block) { s.ScanAll([]Block{b}) }

func (s *Scanner) scan(b Block) {
	for i, x := range b.Records {
		others := b.Others
		if others == nil {
			others = b.Records[i+1:]
		}
		if len(others) == 0 {
			break
		}
		s.note(x, b.Key)
		row := s.row(x, &s.rows[0])
		if !s.spec.Count {
			s.begin(row)
		}
		for _, y := range others {
			if x != y && !s.sharesEarlier(y, b.Key) && !s.set.apart(x, y) {
				s.pair(b.Rule, x, y, row)
			}
		}
		s.forget()
	}
}

// fetch reads a word of what records are compared by, one record after the other and nothing else between,
// so that the waits for memory overlap.
func (s *Scanner) fetch(records []uint32) {
	n := len(s.spec.Fields)
	if n == 0 || len(s.set.rows) != n*s.set.Len() {
		return
	}
	sum := uint32(0)
	for _, r := range records {
		sum += uint32(s.set.rows[int(r)*n]) + uint32(s.set.rows[int(r)*n+n-1])
		if keys := s.set.Keys.Of(r); len(keys) > 0 {
			sum += keys[0]
		}
	}
	s.fetched = sum
}

// note marks the keys of a record before the block's: whoever has one of them too was, or will be, compared there.
func (s *Scanner) note(record, key uint32) {
	s.earlier = s.set.Keys.before(record, key)
	for _, k := range s.earlier {
		s.seen[k%seenBits/64] |= 1 << (k % 64)
	}
}

func (s *Scanner) forget() {
	for _, k := range s.earlier {
		s.seen[k%seenBits/64] = 0
	}
}

// sharesEarlier reports whether a record has one of the noted keys. The marks alone settle nearly every pair.
func (s *Scanner) sharesEarlier(record, key uint32) bool {
	if len(s.earlier) == 0 {
		return false
	}
	for _, k := range s.set.Keys.Of(record) {
		if k >= key {
			return false
		}
		if s.seen[k%seenBits/64]>>(k%64)&1 == 0 {
			continue
		}
		for _, e := range s.earlier {
			if e == k {
				return true
			}
		}
	}
	return false
}

func (s *Scanner) pair(rule int, x, y uint32, row []coded) {
	s.pairs[rule]++
	prior := s.spec.Prior
	if s.spec.Priors != nil {
		prior = s.spec.prior(s.strata, s.set.stratum(x), s.set.stratum(y))
	}
	if s.spec.Count {
		s.count(x, y, row)
		if weight := s.weigh(prior); weight >= s.spec.Keep {
			s.keep(rule, x, y, weight)
		}
		return
	}
	if weight, kept := s.bounded(row, s.row(y, &s.rows[1]), prior, s.spec.Keep); kept {
		s.keep(rule, x, y, weight)
	}
}

func (s *Scanner) keep(rule int, x, y uint32, weight int32) {
	if s.edgeTerms != nil {
		s.edgeTerms = append(s.edgeTerms, s.termSum())
	}
	s.edges = append(s.edges, Edge{A: min(x, y), B: max(x, y), Rule: uint8(rule), Weight: weight, Pattern: s.pattern()})
}

// count compares a pair in full and counts its pattern.
func (s *Scanner) count(x, y uint32, row []coded) {
	s.compare(row, s.row(y, &s.rows[1]))
	a, b := s.set.stratum(x), s.set.stratum(y)
	s.counts.add(Count{Rules: s.set.rulesOf(x, y), Strata: [2]uint8{min(a, b), max(a, b)}, Pattern: s.pattern(), Terms: s.termBits()})
}

// termBits is the sum of the last pair's frequency adjustments, rounded to whole bits.
func (s *Scanner) termBits() int8 { return int8(max(-100, min(100, (s.termSum()+512)>>10))) }

func (s *Scanner) termSum() (sum int32) {
	for _, t := range s.terms[:len(s.spec.Fields)] {
		sum += t
	}
	return sum
}
