package reports

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"
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

// packer makes data blocks of the cards: JSON, gzip without a time, base64. A data block is never run, and base64 holds no
// character that could end it. Blocks are made side by side and written in their order.
type packer struct {
	ctx     context.Context
	models  models
	group   *errgroup.Group
	blocks  chan chan []byte  // in their order; each gets its block
	writers chan *gzip.Writer // at rest; as many as blocks are made side by side
	pending []card
	chunks  int
	index   index
}

// packAll writes the blocks of what fill hands over, and the index at the end.
func packAll(ctx context.Context, w io.Writer, m models, fill func(*packer) error) error {
	n := runtime.GOMAXPROCS(0)
	group, ctx := errgroup.WithContext(ctx)
	p := &packer{ctx: ctx, models: m, group: group, blocks: make(chan chan []byte, n), writers: make(chan *gzip.Writer, n), index: emptyIndex()}
	for range n {
		gz, _ := gzip.NewWriterLevel(io.Discard, gzip.DefaultCompression) // the level is a valid one
		p.writers <- gz
	}
	group.Go(func() error { return p.write(w) })
	group.Go(func() error {
		defer close(p.blocks)
		if err := fill(p); err != nil {
			return err
		}
		return p.finish()
	})
	return group.Wait()
}

// write writes the blocks in their order.
func (p *packer) write(w io.Writer) error {
	for made := range p.blocks {
		select {
		case block := <-made:
			if _, err := w.Write(block); err != nil {
				return err
			}
		case <-p.ctx.Done():
			return p.ctx.Err()
		}
	}
	return nil
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
	cards := p.pending
	p.pending = nil
	p.chunks++
	return p.later(fmt.Sprintf("chunk-%d", p.chunks-1), func() ([]byte, error) {
		by := &explainer{models: p.models}
		text := []byte{'['}
		for i := range cards {
			if i > 0 {
				text = append(text, ',')
			}
			cards[i].explainEdges(by)
			text = cards[i].appendJSON(text)
		}
		return append(text, ']'), nil
	})
}

// finish makes a block of what is pending, and the index.
func (p *packer) finish() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.block("index", p.index)
}

// block has a block made of v.
func (p *packer) block(id string, v any) error {
	return p.later(id, func() ([]byte, error) { return json.Marshal(v) })
}

// later has a block made of the JSON that text returns, once fewer than so many others are being made.
func (p *packer) later(id string, text func() ([]byte, error)) error {
	made := make(chan []byte, 1)
	var gz *gzip.Writer
	select {
	case gz = <-p.writers:
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
	select {
	case p.blocks <- made:
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
	p.group.Go(func() error {
		var block []byte
		plain, err := text()
		if err == nil {
			block, err = packed(gz, id, plain)
		}
		p.writers <- gz
		made <- block
		return err
	})
	return nil
}

// packed is the block.
func packed(gz *gzip.Writer, id string, text []byte) ([]byte, error) {
	var zipped bytes.Buffer
	gz.Reset(&zipped)
	gz.ModTime = time.Unix(0, 0) // none: this package writes the zero time as another
	if _, err := gz.Write(text); err != nil {
		return nil, err
	}
	if err := gz.Close(); err != nil {
		return nil, err
	}
	block := fmt.Appendf(nil, "<script type=\"application/octet-stream\" id=\"%s\">", id)
	block = base64.StdEncoding.AppendEncode(block, zipped.Bytes())
	return append(block, "</script>\n"...), nil
}
