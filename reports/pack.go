package reports

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// chunkCards is how many cards are compressed together: few enough that one page of any order needs little work,
// enough that they share their words.
const chunkCards = 100

// indexLine is what the page filters, searches and sorts by without unpacking a card.
type indexLine struct {
	collection   string
	auto, review bool
	conflicts    bool
	size         int
	weight       float64
	scored       bool
	text         string
}

// index is the columns of all index lines.
type index struct {
	Collections []string   `json:"collections"`
	Chunk       int        `json:"chunk"` // cards in one chunk
	Collection  []int      `json:"c"`
	Tier        []int      `json:"t"` // 1 auto, 2 review, 4 has conflicts; added up
	Size        []int      `json:"s"`
	Weight      []*float64 `json:"w"` // null: IDs alone
	Text        []string   `json:"x"`
}

// emptyIndex has lists where nil ones would be null to the script.
func emptyIndex() index {
	return index{Chunk: chunkCards, Collections: []string{}, Collection: []int{}, Tier: []int{}, Size: []int{}, Weight: []*float64{}, Text: []string{}}
}

func (x *index) add(l indexLine) {
	at := slices.Index(x.Collections, l.collection)
	if at < 0 {
		at = len(x.Collections)
		x.Collections = append(x.Collections, l.collection)
	}
	tier := 0
	for bit, on := range []bool{l.auto, l.review, l.conflicts} {
		if on {
			tier |= 1 << bit
		}
	}
	x.Collection = append(x.Collection, at)
	x.Tier = append(x.Tier, tier)
	x.Size = append(x.Size, l.size)
	x.Text = append(x.Text, l.text)
	if l.scored {
		x.Weight = append(x.Weight, &l.weight)
	} else {
		x.Weight = append(x.Weight, nil)
	}
}

// packer writes the cards into the page as data blocks: JSON, gzip without a time, base64. A data block is never run,
// and base64 holds no character that could end it.
type packer struct {
	w       io.Writer
	gz      *gzip.Writer
	pending []card
	chunks  int
	index   index
}

func newPacker(w io.Writer) *packer {
	gz, _ := gzip.NewWriterLevel(io.Discard, gzip.DefaultCompression) // the level is a valid one
	return &packer{w: w, gz: gz, index: emptyIndex()}
}

func (p *packer) add(c card, l indexLine) error {
	p.index.add(l)
	p.pending = append(p.pending, c)
	if len(p.pending) < chunkCards {
		return nil
	}
	return p.flush()
}

func (p *packer) flush() error {
	if len(p.pending) == 0 {
		return nil
	}
	err := p.block(fmt.Sprintf("chunk-%d", p.chunks), p.pending)
	p.chunks++
	p.pending = p.pending[:0]
	return err
}

// finish writes what is pending and the index.
func (p *packer) finish() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.block("index", p.index)
}

func (p *packer) block(id string, v any) error {
	var packed bytes.Buffer
	p.gz.Reset(&packed)
	if err := json.NewEncoder(p.gz).Encode(v); err != nil {
		return err
	}
	if err := p.gz.Close(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(p.w, "<script type=\"application/octet-stream\" id=\"%s\">", id); err != nil {
		return err
	}
	encoder := base64.NewEncoder(base64.StdEncoding, p.w)
	if _, err := encoder.Write(packed.Bytes()); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(p.w, "</script>\n")
	return err
}
