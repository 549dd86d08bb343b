package match

import (
	"bytes"
	"context"
	"math"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// shape is a named address with its owner's names taken out: F and f for the given name and its initial, L and l for
// the family name, # for a digit.
type shape struct {
	text          []byte // none of an address that is not made of a name
	digits        int
	given, family bool // it holds that name in full
}

// shape of an address of a record, written into memory that may be used again.
func (d *dependence) shape(into []byte, address string, record uint32) shape {
	bare, named := strings.CutPrefix(address, kernel.Named)
	local, domain, ok := strings.Cut(bare, "@")
	if !named || !ok {
		return shape{}
	}
	given := leadingWord(d.text(d.given, record))
	family := strings.ReplaceAll(d.familyName(record), " ", "")
	return shapeOfAddress(into, local, domain, given, family)
}

func shapeOfAddress(into []byte, local, domain, given, family string) (s shape) {
	text := append(into[:0], local...)
	text, s.family = takenOut(text, family, 'L')
	text, s.given = takenOut(text, given, 'F')
	first, last := s.given, s.family // taken account of
	before := byte(0)
	for i, c := range text {
		alone := !lower(before) && (i+1 == len(text) || !lower(text[i+1]))
		before = c
		switch {
		case c >= '0' && c <= '9':
			s.digits++
			text[i] = '#'
		case alone && !first && given != "" && c == given[0]:
			first = true
			text[i] = 'f'
		case alone && !last && family != "" && c == family[0]:
			last = true
			text[i] = 'l'
		}
	}
	if first || last {
		s.text = append(append(text, '@'), domain...)
	}
	return s
}

// takenOut puts a mark in the place of a name, if a text holds it; of two letters it may be chance.
func takenOut(text []byte, name string, mark byte) ([]byte, bool) {
	if len(name) <= 2 {
		return text, false
	}
	at := bytes.Index(text, []byte(name))
	if at < 0 {
		return text, false
	}
	text[at] = mark
	return append(text[:at+1], text[at+len(name):]...), true
}

func lower(c byte) bool { return c >= 'a' && c <= 'z' }

// ownShape is the shape of a record's only address, by its number.
type ownShape struct {
	number        uint32 // noShape: the address is made of no name; severalShapes: it has several addresses
	digits        uint16
	given, family bool
}

const (
	noShape       = 0
	severalShapes = ^uint32(0)
)

// shapedAddresses are the shapes of all records that have one address.
type shapedAddresses struct {
	own       []ownShape // by record
	texts     []string   // by number
	frequency []float64  // by number: log2, -Inf of shapes that were not counted
}

// shapeAddresses finds the shapes, a part of the records on each core.
func (d *dependence) shapeAddresses(threads int) {
	n := d.set.Len()
	d.shaped = shapedAddresses{own: make([]ownShape, n), texts: []string{""}}
	parts := max(1, min(workers(threads), n))
	texts := make([][]string, parts)
	each := func(do func(part, from, to int)) {
		_ = inParallel(context.Background(), parts, parts, func(_, part int) error { // it returns no error
			do(part, part*n/parts, (part+1)*n/parts)
			return nil
		})
	}
	each(func(part, from, to int) { texts[part] = d.shapeSome(from, to) })
	numbers := map[string]uint32{}
	renumbered := make([][]uint32, parts)
	for part := range texts {
		renumbered[part] = []uint32{noShape}
		for _, text := range texts[part] {
			number, known := numbers[text]
			if !known {
				number = uint32(len(d.shaped.texts))
				numbers[text] = number
				d.shaped.texts = append(d.shaped.texts, text)
			}
			renumbered[part] = append(renumbered[part], number)
		}
	}
	each(func(part, from, to int) {
		own := d.shaped.own[from:to]
		for i := range own {
			if own[i].number != severalShapes {
				own[i].number = renumbered[part][own[i].number]
			}
		}
	})
}

// shapeSome finds the shapes of some records and returns their texts, which it numbers from 1.
func (d *dependence) shapeSome(from, to int) (texts []string) {
	var memory []byte
	numbers := map[string]uint32{}
	for i := from; i < to; i++ {
		email := d.text(d.email, uint32(i))
		if email == "" {
			continue
		}
		if strings.Contains(email, valueSeparator) {
			d.shaped.own[i].number = severalShapes
			continue
		}
		s := d.shape(memory, email, uint32(i))
		if s.text == nil {
			continue
		}
		memory = s.text
		number, known := numbers[string(s.text)]
		if !known {
			text := string(s.text)
			texts = append(texts, text)
			number = uint32(len(texts))
			numbers[text] = number
		}
		d.shaped.own[i] = ownShape{number, uint16(min(s.digits, math.MaxUint16)), s.given, s.family}
	}
	return texts
}

// weigh takes in how frequent the shapes are.
func (a *shapedAddresses) weigh(shapes map[string]float64) {
	a.frequency = make([]float64, len(a.texts))
	for number, text := range a.texts {
		a.frequency[number] = math.Inf(-1)
		if f, ok := shapes[text]; ok && number != noShape {
			a.frequency[number] = f
		}
	}
}

// frequencyOf is log2 of how frequent a shape is, its digits by chance.
func frequencyOf(shape float64, digits int) float64 { return shape - float64(digits)*math.Log2(10) }
