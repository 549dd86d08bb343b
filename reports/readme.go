package reports

import (
	"fmt"
	"io"
	"strings"
)

const readmeHead = "# Report of sameas\n\n" +
	"`report.html` is the whole report in one file: open it in a browser, no network needed. The CSV files beside it hold\n" +
	"the same figures row by row. The files hold personal data; they were made readable by their owner alone.\n" +
	"`runbook.md` is for those who carry the plan out: order, who stops editing what, what cannot be undone, when to stop.\n\n" +
	"## How to read the CSV files\n\n" +
	"- RFC 4180: a header line, commas, CR LF line ends, cells quoted where they must be; UTF-8 without a byte order mark.\n" +
	"- Lines stand in the order of their keys. Only extractions.csv holds times, run numbers and places: the others come out\n" +
	"  the same, byte for byte, from the same records.\n" +
	"- An empty cell means no value.\n" +
	"- **Formulas are made inert.** A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@`, a tab or a line end (or the\n" +
	"  full-width forms of the first four). Before such a character at the start of a value, and inside it after a separator\n" +
	"  (`,` `;` `|` tab, line end) or a quote, stands an apostrophe: `'=SUM(A1)`. To get the value back, take one apostrophe\n" +
	"  from those right before such a character. sameas's own numbers (`-3.2`) are left as they are.\n"

// writeReadme says what each file and column is.
func writeReadme(w io.Writer) error {
	var b strings.Builder
	b.WriteString(readmeHead)
	for _, f := range csvSet() {
		fmt.Fprintf(&b, "\n## %s.csv\n\n%s\n\n| column | what it is |\n|---|---|\n", f.name, f.about)
		for _, c := range f.columns {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.name, c.doc)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
