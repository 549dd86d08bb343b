package kernel

// Block is records that share a key under a rule. Every pair of it is compared; with Others, every pair of a record
// and an other (a tile of a block that was cut).
type Block struct {
	Rule    int
	Key     uint32
	Records []uint32 // ascending
	Others  []uint32 // ascending; nil = pairs within Records
}

// Edge is a pair that was kept, A < B.
type Edge struct {
	A, B   uint32
	Rule   uint8
	Weight int32 // in units
}

// Count names a pattern and the rules under which the pair shares a key, one bit a rule: which rule came first is no
// property of the pair, and would bias what is learnt of the fields that the first rules look at.
type Count struct {
	Rules   uint32
	Pattern Pattern
	Terms   int8 // what the frequency of the values adds in all, in whole bits: two who share a common name are not two who share a rare one
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
	Result Result
}

// NewScanner returns a scanner over a set.
func NewScanner(set *Set, spec *Spec) *Scanner {
	s := &Scanner{comparer: newComparer(set, spec)}
	s.Result.Pairs = make([]int64, len(set.Keys))
	if spec.Count {
		s.Result.Counts = map[Count]int64{}
	}
	return s
}

// Scan compares the pairs of a block that no earlier rule, and no smaller key of this rule, holds too.
func (s *Scanner) Scan(b Block) {
	for i, x := range b.Records {
		others := b.Others
		if others == nil {
			others = b.Records[i+1:]
		}
		for _, y := range others {
			if x == y || !s.first(b, x, y) {
				continue
			}
			s.pair(b.Rule, min(x, y), max(x, y))
		}
	}
}

func (s *Scanner) first(b Block, x, y uint32) bool {
	if g := s.set.Apart; g != nil && g[x] != 0 && g[y] != 0 && g[x] != g[y] {
		return false
	}
	for r := range b.Rule {
		if _, shared := s.set.Keys[r].firstShared(x, y); shared {
			return false
		}
	}
	key, _ := s.set.Keys[b.Rule].firstShared(x, y)
	return key == b.Key
}

func (s *Scanner) pair(rule int, a, b uint32) {
	s.Result.Pairs[rule]++
	pattern, weight := s.compare(a, b)
	if s.spec.Count {
		s.Result.Counts[Count{s.set.rules(rule, a, b), pattern, s.termBits()}]++
	}
	if weight >= s.spec.Keep {
		s.Result.Edges = append(s.Result.Edges, Edge{A: a, B: b, Rule: uint8(rule), Weight: weight})
	}
}

// termBits is the sum of the last pair's frequency adjustments, rounded to whole bits.
func (s *Scanner) termBits() int8 {
	sum := int32(0)
	for _, t := range s.terms[:len(s.spec.Fields)] {
		sum += t
	}
	return int8(max(-100, min(100, (sum+512)>>10)))
}

// rules is the set of rules from the first on under which two records share a key.
func (s *Set) rules(first int, a, b uint32) uint32 {
	mask := uint32(1) << first
	for r := first + 1; r < len(s.Keys); r++ {
		if _, shared := s.Keys[r].firstShared(a, b); shared {
			mask |= 1 << r
		}
	}
	return mask
}

// FirstRule is the rule under which two records would be compared, or -1.
func (s *Set) FirstRule(a, b uint32) int {
	for r := range s.Keys {
		if _, shared := s.Keys[r].firstShared(a, b); shared {
			return r
		}
	}
	return -1
}

// Comparison is one pair in full.
type Comparison struct {
	Levels []uint8
	Terms  []int32 // what the frequency of the values adds to each field, in units
	Weight int32   // in units, prior and caps included
}

// Comparer compares single pairs; it is for one goroutine.
type Comparer struct{ comparer }

// NewComparer returns a comparer over a set.
func NewComparer(set *Set, spec *Spec) *Comparer { return &Comparer{newComparer(set, spec)} }

// Weight is that of a pair, in units.
func (c *Comparer) Weight(a, b uint32) int32 {
	_, weight := c.compare(min(a, b), max(a, b))
	return weight
}

// Pattern is that of a pair.
func (c *Comparer) Pattern(a, b uint32) Pattern {
	pattern, _ := c.compare(min(a, b), max(a, b))
	return pattern
}

// Compare compares a pair in full.
func (c *Comparer) Compare(a, b uint32) Comparison {
	pattern, weight := c.compare(min(a, b), max(a, b))
	out := Comparison{Weight: weight}
	for f := range c.spec.Fields {
		out.Levels = append(out.Levels, pattern.Level(f))
		out.Terms = append(out.Terms, c.terms[f])
	}
	return out
}
