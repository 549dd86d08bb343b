package reports

import (
	"context"
	"encoding/csv"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var soffice = flag.Bool("soffice", false, "read the CSV set with LibreOffice, too (Debian: apt-get install libreoffice-calc-nogui)")

func TestTextsThatLookLikeNumbersAreQuoted(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"00123", "0400111222", "12345678901234567890", "2026-01-31", "31/01/2026", "1E5", "50%", "14:05", "2026-01-31T14:05:00Z", "1-2"} {
		if !needsQuotes(s) {
			t.Errorf("%q is left unquoted", s)
		}
	}
	for _, s := range []string{"", "x1", "e", "-", "n/a", "A1", "0400a"} {
		if needsQuotes(s) {
			t.Errorf("%q is quoted", s)
		}
	}
	if got := string(csvForm{}.texts([]string{"00123", "x", ""})); got != `"00123",x,` {
		t.Errorf("written %q", got)
	}
	if got, err := (csvForm{}).line(nil, []any{int64(7), 0.5, nil}); err != nil || string(got) != "7,0.5," {
		t.Errorf("numbers are written %q: %v", got, err)
	}
}

// TestSpreadsheetReadsEveryCell: imported as the README beside the files says, LibreOffice shows each cell as it was
// written, formulas inert, zeros and days kept, with and without a byte order mark; but for line ends, which it makes LF,
// and NULs, which it leaves out.
func TestSpreadsheetReadsEveryCell(t *testing.T) {
	t.Parallel()
	if !*soffice {
		t.Skip("-soffice asks for it")
	}
	values := append(hostile(), "00123", "0400111222", "12345678901234567890", "2026-01-31", "31/01/2026", "1E5", "50%", "14:05", "TRUE", "1-2", "1/2", "$5")
	for name, o := range map[string]TableOptions{"plain": {}, "with a byte order mark": {BOM: true}} {
		dir := filepath.Join(t.TempDir(), "report")
		if _, err := Write(t.Context(), Options{DB: hostileWorkspace(t, values), Dir: dir, ToolVersion: "test", Tables: o}); err != nil {
			t.Fatal(err)
		}
		read := throughSpreadsheet(t, dir)
		for _, f := range csvSet() {
			want, got := table(t, dir, f.name), csvIn(t, filepath.Join(read, f.name+".csv"))
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d lines are read, want %d", f.name, name, len(got), len(want))
				continue
			}
			for i, row := range want {
				mark := ""
				if i == 0 {
					mark = "\ufeff" // no part of the first name
				}
				for k, cell := range row {
					if shown := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.TrimPrefix(cell, mark)); got[i][k] != shown {
						t.Errorf("%s, %s, line %d, column %d: %.60q is read as %.60q", f.name, name, i+1, k+1, shown, got[i][k])
					}
				}
			}
		}
	}
}

// throughSpreadsheet imports each CSV file and writes it again as the spreadsheet has it. The numbers of the filter are
// comma, quote, UTF-8, from line 1, no formats, language, quoted as text, no special numbers; of the output: all texts
// quoted, values as stored.
func throughSpreadsheet(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	out := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	cmd := exec.CommandContext(ctx, "soffice", append([]string{"-env:UserInstallation=file://" + t.TempDir(), "--headless", "--infilter=CSV:44,34,76,1,,0,true,false",
		"--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false", "--outdir", out}, files...)...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, text)
	}
	return out
}

func csvIn(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
