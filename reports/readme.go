package reports

import (
	"fmt"
	"io"
	"strings"
)

const readmeHead = "# Report of sameas\n\n" +
	"`report.html` is the whole report in one file: open it in a browser, no network needed. The tables beside it hold the same\n" +
	"figures row by row, and every row that the page leaves out. The files hold personal data; they were made readable by their\n" +
	"owner alone. `runbook.md` is for those who carry the plan out: order, who stops editing what, what cannot be undone, when to\n" +
	"stop.\n"

const readmeRows = "- Rows stand in the order of their keys. Only extractions holds times, run numbers and places, and operations when each was\n" +
	"  sent: the others come out the same, byte for byte, from the same records.\n"

const readmeInert = "- **Formulas are made inert.** A spreadsheet runs a cell that starts with `=`, `+`, `-`, `@`, a tab or a line end (or the\n" +
	"  full-width forms of the first four). Before such a character at the start of a value, and inside it after a separator\n" +
	"  (`,` `;` `|` tab, line end) or a quote, stands an apostrophe: `'=SUM(A1)`. To get the value back, take one apostrophe\n" +
	"  from those right before such a character; `sameas report --raw` writes none, for programs. sameas's own numbers (`-3.2`)\n" +
	"  are left as they are.\n"

const readmeRaw = "- **Cells are raw.** A spreadsheet may run one that starts with `=`, `+`, `-` or `@`: read these files with programs alone, and\n" +
	"  write those for people without `--raw`.\n"

const readmeSpreadsheet = "- **In a spreadsheet, import the texts as texts**: opened with a click, `00123` becomes 123, and a number of more than 15 digits is\n" +
	"  rounded. Excel: Data, From Text/CSV, File Origin 65001 (UTF-8), Delimiter Comma, Data Type Detection \"Do not detect data\n" +
	"  types\". LibreOffice: character set Unicode (UTF-8), separated by comma alone, tick \"Format quoted field as text\": texts\n" +
	"  that look like numbers or days are quoted for it. Both show every line end inside a cell as LF, and leave out NULs.\n"

// readmeFormat says how to read the tables.
func readmeFormat(o TableOptions) string {
	switch o.extension() {
	case "json":
		return "\n## How to read the JSON files\n\n" +
			"- One array of objects, one object to a line, UTF-8. A key is a column; `null` means no value; times and days are text.\n" + readmeRows
	case "parquet":
		return "\n## How to read the Parquet files\n\n" +
			"- Columns have their own types; times are UTC; null means no value.\n" + readmeRows
	}
	mark, cells := "without a byte order mark (`--bom` writes one)", readmeInert
	if o.BOM {
		mark = "with a byte order mark"
	}
	if o.Raw {
		cells = readmeRaw
	}
	return "\n## How to read the CSV files\n\n" +
		"- RFC 4180: a header line, commas, CR LF line ends, cells quoted where they must be; UTF-8 " + mark + ".\n" +
		readmeRows + "- An empty cell means no value.\n" + cells + readmeSpreadsheet
}

// writeReadme says what each file and column is.
func writeReadme(o TableOptions, w io.Writer) error {
	var b strings.Builder
	b.WriteString(readmeHead)
	b.WriteString(readmeFormat(o))
	for _, f := range csvSet() {
		fmt.Fprintf(&b, "\n## %s.%s\n\n%s\n\n| column | what it is |\n|---|---|\n", f.name, o.extension(), f.about)
		for _, c := range f.columns {
			fmt.Fprintf(&b, "| `%s` | %s |\n", c.name, c.doc)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
