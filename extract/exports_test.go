package extract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// TestExports drafts the source of each export as its application writes it, loads the draft unedited, extracts by it, and
// holds draft, records, rejected rows and verdict to a golden file. The people and firms are made up; the headers are
// those of the applications.
func TestExports(t *testing.T) {
	t.Parallel()
	const folder = "../testdata/exports"
	files, err := filepath.Glob(filepath.Join(folder, "*.*"))
	if err != nil || len(files) < 12 {
		t.Fatalf("%d exports: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			propose := func() config.Draft {
				d, err := extract.Propose(t.Context(), extract.ProposeOptions{Path: file, Provider: "app", Realm: "7"})
				if err != nil {
					t.Fatal(err)
				}
				d.Name, d.Path = "export", filepath.Base(file)
				return d
			}
			text := config.WithDrafts([]config.Draft{propose()}, config.Hub{})
			if again := config.WithDrafts([]config.Draft{propose()}, config.Hub{}); !bytes.Equal(text, again) {
				t.Errorf("another draft the second time:\n%s", cmp.Diff(string(text), string(again)))
			}
			w := newWorld(t, nil)
			original, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w.file(filepath.Base(file), string(original))
			if w.cfg, err = config.Load(w.file("sameas.yaml", string(text))); err != nil {
				t.Fatal(err)
			}
			e := w.mustRun().Extractions[0]
			if e.Records == 0 || e.Rejected != 0 {
				t.Errorf("%d records, %d rows rejected", e.Records, e.Rejected)
			}
			_, draft, _ := strings.Cut(string(text), "# csv")
			draft, _, _ = strings.Cut(draft, "\n# May two")
			got := "# csv" + draft + "\n" + e.Status + ": " + e.Doubt + "\nnote: " + e.Note + "\n\nrecords\n" + w.rows("SELECT raw FROM records ORDER BY rid") +
				"\nrejected\n" + w.rows("SELECT line, kind, text FROM rejected_rows ORDER BY line") +
				"\nreferences\n" + w.rows("SELECT DISTINCT path, id FROM refs ORDER BY ALL")
			golden(t, filepath.Join("exports", strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))+".txt"), got)
		})
	}
}
