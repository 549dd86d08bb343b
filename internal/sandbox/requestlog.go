package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// requestLog writes one JSON object a line for every request, when its handling ends.
type requestLog struct {
	now func() time.Time
	mu  sync.Mutex
	out io.Writer
}

func newRequestLog(out io.Writer, now func() time.Time) *requestLog {
	return &requestLog{now: now, out: out}
}

// requestLine is the log's format.
type requestLine struct {
	Time   string `json:"time"`
	Method string `json:"method"`
	Path   string `json:"path"`   // without the query
	Status int    `json:"status"` // 0 when no answer could be sent
	SHA256 string `json:"sha256"` // of the request's body
}

// write appends the line with one call to the writer, so that a file has whole lines only.
func (l *requestLog) write(method, path string, status int, body [sha256.Size]byte) error {
	if l.out == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line, err := json.Marshal(requestLine{
		Time:   l.now().UTC().Format(time.RFC3339Nano),
		Method: method,
		Path:   path,
		Status: status,
		SHA256: hex.EncodeToString(body[:]),
	})
	if err != nil {
		return err
	}
	_, err = l.out.Write(append(line, '\n'))
	return err
}
