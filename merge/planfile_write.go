package merge

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// A plan file is NDJSON: a header, one operation a line, a trailer. Every line but the trailer ends in a `sum` over
// itself, so that a reader can name the line that was altered; the trailer seals them all, so that none can be added,
// taken away or moved. The seal has no key: it shows that a plan was altered, not who wrote it.

// sumLength is the number of hex digits of a line's own sum: 64 bits find an accident, the trailer finds the rest.
const sumLength = 16

// sealLine encodes v as one line of a plan, with its sum and its newline. The bytes depend on v alone.
func sealLine(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a line of the plan: %w", err)
	}
	line := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	return append(line, sumSuffix(line)...), nil
}

// sumSuffix closes an object that lacks its last brace with the sum over what the object was without the sum.
func sumSuffix(open []byte) string {
	h := sha256.New()
	h.Write(open)
	h.Write([]byte{'}'})
	return `,"sum":"` + hex.EncodeToString(h.Sum(nil))[:sumLength] + "\"}\n"
}

// planWriter writes one plan file; nothing of it is seen under its name before close has succeeded.
type planWriter struct {
	path  string
	file  *renameio.PendingFile
	out   *bufio.Writer
	hash  hash.Hash
	lines int64
	sum   string // once sealed
}

// createPlan begins the plan file at path, readable by its owner alone, in place of one that may be there.
func createPlan(path string) (*planWriter, error) {
	file, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return nil, fmt.Errorf("write plan %s: %w", path, err)
	}
	return &planWriter{path: path, file: file, out: bufio.NewWriterSize(file, 1<<16), hash: sha256.New()}, nil
}

// line appends one sealed line.
func (w *planWriter) line(sealed []byte) error {
	w.hash.Write(sealed)
	w.lines++
	if _, err := w.out.Write(sealed); err != nil {
		return fmt.Errorf("write plan %s: %w", w.path, err)
	}
	return nil
}

// seal writes the trailer and returns its SHA-256, the plan's name; no line may follow. A second call changes nothing.
func (w *planWriter) seal() (string, error) {
	if w.sum != "" {
		return w.sum, nil
	}
	t := Trailer{Lines: w.lines, SHA256: hex.EncodeToString(w.hash.Sum(nil))}
	if _, err := w.out.Write(trailerLine(t)); err != nil {
		return "", fmt.Errorf("write plan %s: %w", w.path, err)
	}
	if err := w.out.Flush(); err != nil {
		return "", fmt.Errorf("write plan %s: %w", w.path, err)
	}
	w.sum = t.SHA256
	return w.sum, nil
}

// close seals the file if that has not been done, makes it durable and gives it its name.
func (w *planWriter) close() (string, error) {
	sum, err := w.seal()
	if err != nil {
		return "", err
	}
	if err := w.file.CloseAtomicallyReplace(); err != nil {
		return "", fmt.Errorf("write plan %s: %w", w.path, err)
	}
	return sum, syncFolder(filepath.Dir(w.path))
}

// discard drops what was written; after close it does nothing.
func (w *planWriter) discard() { _ = w.file.Cleanup() }

func trailerLine(t Trailer) []byte {
	return fmt.Appendf(nil, "{\"lines\":%d,\"sha256\":\"%s\"}\n", t.Lines, t.SHA256)
}

// syncFolder makes the new name itself durable; a file system that cannot sync folders is left to its own ways.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder of the plan: %w", err)
	}
	_ = f.Sync()
	return f.Close()
}
