package reports

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
)

//go:embed assets/report.css
var styleText string

//go:embed assets/theme.js
var themeScript string

//go:embed assets/card.js
var cardScript string

//go:embed assets/report.js
var reportScript string

//go:embed assets/report.tmpl
var pageText string

// staticCards is how many cards stand in the page for a reader without script.
const staticCards = 50

// writeHTML writes the whole page: the summary first, so that it is seen while the data behind it still loads, then
// the cards as packed data blocks.
func writeHTML(ctx context.Context, db *sql.DB, p *page, w io.Writer) error {
	tmpl, err := template.New("page").Funcs(funcs()).Parse(pageText)
	if err != nil {
		return fmt.Errorf("report template: %w", err)
	}
	cards, err := openCards(ctx, db, p.Models, place{})
	if err != nil {
		return err
	}
	defer cards.close()
	out := bufio.NewWriterSize(w, 1<<16)
	first, lines := firstCards(cards)
	if err := tmpl.ExecuteTemplate(out, "top", newView(p, first)); err != nil {
		return err
	}
	if err := writeData(ctx, out, cards, first, lines, p.Models); err != nil {
		return err
	}
	if err := tmpl.ExecuteTemplate(out, "bottom", nil); err != nil {
		return err
	}
	return out.Flush()
}

func firstCards(cards *cardReader) ([]card, []indexLine) {
	var first []card
	var lines []indexLine
	for len(first) < staticCards {
		c, line, more := cards.nextCard()
		if !more {
			break
		}
		first, lines = append(first, c), append(lines, line)
	}
	return first, lines
}

// pageData is what the script needs beside the cards.
type pageData struct {
	Fields []string                   `json:"fields"`
	Models map[string]*evidence.Model `json:"models"`
}

func writeData(ctx context.Context, out io.Writer, cards *cardReader, first []card, lines []indexLine, m models) error {
	data := pageData{Fields: displayFields(), Models: map[string]*evidence.Model{}}
	for i := range m {
		data.Models[m[i].Collection] = &m[i]
	}
	return packAll(ctx, out, m, func(pack *packer) error {
		if err := pack.block("data", data); err != nil {
			return err
		}
		for i, c := range first {
			if err := pack.add(c, lines[i]); err != nil {
				return err
			}
		}
		for {
			c, line, more := cards.nextPlain()
			if !more {
				return cards.err()
			}
			if err := pack.add(c, line); err != nil {
				return err
			}
		}
	})
}

// policy lets the page run its own style and script, by their hashes, and nothing else: no request leaves it.
func policy() string {
	return "default-src 'none'; style-src '" + hashOf(styleText) + "'; script-src '" + hashOf(reportScripts()) + "'; base-uri 'none'; form-action 'none'"
}

func reportScripts() string { return themeScript + cardScript + reportScript }

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// head is the style and the script, both sameas's own and hashed as they stand.
func head() template.HTML {
	return template.HTML("<style>" + styleText + "</style>\n<script>" + reportScripts() + "</script>") //nolint:gosec // embedded files
}

func funcs() template.FuncMap {
	return template.FuncMap{
		"n":         thousands,
		"many":      many,
		"many64":    func(n int, one, more string) string { return many(int64(n), one, more) },
		"pct":       percent,
		"bits":      func(v float64) string { return strings.Replace(signed(v), "-", "−", 1) },
		"threshold": thresholdBits,
		"prob":      probability,
		"d":         decimal,
		"weigh":     weighBar,
		"chances":   chanceBars,
		"meter":     meter,
		"words":     func(s string) string { return strings.ReplaceAll(unhide(s), "_", " ") },
		"seen":      visible,
		"spans":     spans,
		"operation": operationMeaning,
		"hazard":    hazardMeaning,
		"withheld":  withheldMeaning,
		"fix":       fixMeaning,
		"conflict":  ConflictMeaning,
	}
}

// many is a count with its noun.
func many(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + more
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// probability keeps three significant digits: u is often far below a thousandth.
func probability(p float64) string { return strconv.FormatFloat(p, 'g', 3, 64) }

// weighBar draws a level's weight, 15 bits to each side.
func weighBar(bits float64) template.HTML {
	width := min(max(bits, -15), 15) / 15 * 60
	x, class := 60.0, "pos"
	if width < 0 {
		x, width, class = 60+width, -width, "neg"
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 120 12" aria-hidden="true"><line x1="60" x2="60" y1="0" y2="12" class="mid"/><rect x="%s" y="2" width="%s" height="8" class="%s"/></svg>`,
		decimal(x), decimal(width), class)) //nolint:gosec // numbers only
}

// chanceBars draws m above u, from a millionth to 1, each sixth of the width ten times the one before: u is mostly far below
// what a straight scale shows.
func chanceBars(m, u float64) template.HTML {
	width := func(p float64) string { return decimal(120 * max(0, 1+math.Log10(max(p, 1e-6))/6)) }
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 120 12" aria-hidden="true"><line x1="0" x2="0" y1="0" y2="12" class="mid"/><rect x="0" y="1" width="%s" height="4" class="s1"/><rect x="0" y="7" width="%s" height="4" class="s3"/></svg>`,
		width(m), width(u))) //nolint:gosec // numbers only
}

// meter draws a share of a whole.
func meter(share float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 120 12" aria-hidden="true"><rect x="0" y="2" width="120" height="8" class="s2" opacity=".35"/><rect x="0" y="2" width="%s" height="8" class="s1"/></svg>`,
		decimal(share*120))) //nolint:gosec // numbers only
}

// hubName is which hub the records are of, for the head of the page.
func hubName(extractions []extraction) string {
	for _, e := range extractions {
		if e.Type == "connec" {
			return strings.TrimSpace(unhide(e.Group) + " · " + e.FinishedAt + " UTC")
		}
	}
	return ""
}
