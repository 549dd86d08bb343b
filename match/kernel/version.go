package kernel

import (
	"bufio"
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Contract names what the package comment says: columns, encodings, trailer, exit codes.
const Contract = "sameas-kernel/1"

// Version names the contract and, behind a plus sign, what this kernel makes of a fixed sample: 16 hexadecimal digits.
// Two kernels of one version give the same results, whatever they were built from and for; a kernel that compares
// otherwise is of another version even where nobody thought of giving it a new number. It says nothing of values that
// the sample has no likeness of.
func Version() string { return Contract + "+" + digest() }

// digest is worked out once, in some milliseconds: only who asks for it waits.
var digest = sync.OnceValue(func() string {
	var told bytes.Buffer
	told.WriteString(sampleRows()) // as the contract has them
	fmt.Fprintln(&told, variants, closeName, relatedName, closeText, relatedText, boostThreshold, boostPrefix)
	for _, count := range []bool{false, true} {
		file := sampleSpec()
		file.Count = count
		spec, err := file.spec()
		if err != nil {
			panic(fmt.Sprintf("the sample's spec: %v", err)) // both are constant
		}
		f := newFilter(file, spec, &textSink{out: bufio.NewWriter(&told)})
		if err := f.run(&textSource{in: bufio.NewReader(strings.NewReader(sampleRows())), layout: f.layout}); err != nil {
			panic(fmt.Sprintf("the sample's rows: %v", err))
		}
	}
	return fmt.Sprintf("%016x", HashLine(told.Bytes()))
})

// Build names the module's version, the Go that compiled it, and the platform. It is for people: what may work
// together is decided by Version alone.
func Build() string {
	version := "of an unknown version"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return fmt.Sprintf("%s, %s, %s/%s", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// sample is the values of the sample by kind, separated by bars: what each way to compare has rules of its own for.
var sample = []sampleField{
	{Given, "robert|bob james|elizabeth anne|li|mei ling|meiling|jean-paul|maria jose|j|katharina|kathi|o|william henry john|bill|bjorn|christopher"},
	{Family, "walker|van der berg|vandenberg|o brien|obrien|smith jones|jones|ng|schmidt|schmitt|mac donald|macdonald|garcia lopez|lopez|featherstonehaugh|li"},
	{Date, "1980-02-03|1980-03-02|1980-02-13|1981-02-03|1908-02-03|2001-12-31|2001-12-01|1980-02|1980|1975-11-11|1975-11-12|1957-11-11|1999-01-01|2000-01-01|1964-07-08|1964-08-07"},
	{Email, "bob.walker@example.com|bob.walker@mail.example.com|bwalker@example.com|~bob.walker@example.com|bob@walker.net|info@walker.net|walker.bob@example.org|b.o.b@example.com|~anne@example.com|anne@example.com|anne1@example.com|a@b.co|mei.ling@example.cn|meiling88@example.cn|schmidt+news@example.de|schmidt@example.de"},
	{Phone, "61299991234|61299991243|299991234|61412345678|412345678|61412345687|14155550123|4155550123|4930123456|30123456|33123456789|8613800138000|442079460000|2079460000|123|61299990000123456"},
	{Street, "12 high street|12 high st|unit 3 12 high street|3 12 high street|14 high street|high street|221b baker street|221 baker street|po box 88|po box 89|level 5 100 george street|100 george street|1 the avenue|1 avenue|7 rue de la paix|rue de la paix 7"},
	{City, "sydney|sidney|melbourne|north melbourne|paris|pari|st kilda|saint kilda|berlin|muenchen|munchen|new york|york|san jose|san juan|ulm"},
	{Code, "2000|2001|3000|75001|75011|sw1a 1aa|sw1a1aa|10115|10151|ab12cd|ab12cdef|51824753556|51824753565|94105|94150|0200"},
	{Exact, "male|female|m|f|x|au|nz|gb|us|fr|de|cn|1|2|3|unknown"},
	{OrgName, "walker ~bakery|walker|walker ~bakery ^sydney|walker ~bakery ^melbourne|walkers ~bakery|international business machines|ibm|smith brothers ~plumbing|smith bros ~plumbing|acme ^holdings|acme|global ~logistics ~services|globl ~logistics|3 brothers ~catering|three brothers|zenith ~bank"},
	{Text, "a longer text of several words|a longer text of sevral words|shorter|short|ceo|chief executive officer|head of sales|head of sale|sales head|engineer|enginer|none|www.example.com|example.com|quality manager|qualty manger"},
	{Employer, "#1|#2|#3|#10|walker bakery|walkers bakery|acme|acme holdings|#4|#5|ibm|international business machines|zenith bank|#7|zenith|#8"},
}

type sampleField struct {
	kind  Kind
	texts string
}

// units is what the frequency of a text adds.
func (s sampleField) units(text string) int32 {
	for n, known := range strings.Split(s.texts, "|") {
		if strings.TrimPrefix(known, Named) == text {
			return int32(sampleMost - 211*n)
		}
	}
	return 0
}

// Of each field the sample has so many values, each with so many slips, on so many records.
const (
	sampleTexts   = 16
	sampleSlips   = 6
	sampleRecords = sampleTexts * sampleSlips
)

// sampleMost is what the frequency of the first text of each field adds, in units; of a next one less, of others nothing.
const sampleMost = 1500

// sampleSpec weighs the sample so that some pairs are kept, by all the ways there are to add weights up.
func sampleSpec() *specFile {
	s := &specFile{Contract: Contract, Rules: 2, Apart: 1, Caps: []int32{9000, 14000}, Within: []int{1, NoGroup}, Priors: []int32{-9000, -9500, -9500, -8000}, Keep: 2000}
	for i, of := range sample {
		field := fieldFile{Kind: of.kind.String(), Group: NoGroup, Lent: NoGroup, Swap: NoGroup, Bits: []int32{0}, Most: new(int32(sampleMost))}
		last := int32(of.kind.Different())
		for level := range last {
			field.Bits = append(field.Bits, 8000-level*12000/last-int32(17*i))
		}
		s.Fields = append(s.Fields, field)
	}
	s.Fields[0].Swap = 1
	s.Fields[3].Lent = 0
	for f, group := range map[int]int{1: 0, 5: 0, 6: 0, 7: 1, 9: 1} {
		s.Fields[f].Group = group
	}
	return s
}

// sampleRows is the sample as a stream: a block of all, and another one in two halves that are compared across.
func sampleRows() string {
	keys := []string{"0:k\x1f1:k", "1:k\x1f0:k", "0:k\x1f1:j\x1f1:k"}
	var rows strings.Builder
	terms := sampleTerms()
	for rule := range 2 {
		for i := range sampleRecords {
			side := 1
			if rule == 1 && i >= sampleRecords/2 {
				side = 2
			}
			fmt.Fprintf(&rows, "%d\tk\t0\t%d\t%d\t%d\t%d\t", rule, side, i, i%2, i%5)
			for f := range sample {
				rows.WriteString(sampleValue(f, i) + "\t")
			}
			rows.WriteString(terms[i] + "\t" + keys[i%len(keys)] + "\n")
		}
	}
	return rows.String()
}

// sampleTerms is what the frequencies of each record's values add.
func sampleTerms() []string {
	all := make([]string, sampleRecords)
	for f, of := range sample {
		d, terms := NewDictionary(of.kind), []int32{}
		for i := range sampleRecords {
			code := d.Code(sampleValue(f, i))
			for n := len(terms); n < d.TermCount(); n++ {
				terms = append(terms, of.units(d.Term(uint32(n))))
			}
			if f > 0 {
				all[i] += Separator
			}
			all[i] += string(appendUnits(nil, d, code, terms, sampleMost))
		}
	}
	return all
}

// sampleValue is the value of a field for a record: most have that of their neighbours with a slip of its own, so that
// records are alike in some fields and not in others.
func sampleValue(field, record int) string {
	if (record+field)%23 == 0 {
		return ""
	}
	if field < 2 && record%7 == 3 {
		field = 1 - field // given and family name exchanged
	}
	texts := strings.Split(sample[field].texts, "|")
	base := record % sampleTexts
	if (record/3+field)%5 == 0 {
		base = (base + field + 1) % sampleTexts
	}
	return slipped(texts[base], texts[(base+5)%sampleTexts], (record/sampleTexts+field)%sampleSlips)
}

// slipped is a text with a slip of the hand, or with another one beside it.
func slipped(text, other string, slip int) string {
	b := []byte(text)
	at := len(b) / 2
	switch slip {
	case 1:
		b = slices.Delete(b, at, at+1)
	case 2:
		b[at], b[len(b)-1] = b[len(b)-1], b[at]
	case 3:
		b = slices.Insert(b, at, b[at])
	case 4:
		return text + Separator + other
	case 5:
		words := strings.Fields(text)
		slices.Reverse(words)
		return strings.Join(words, " ")
	}
	return string(b)
}
