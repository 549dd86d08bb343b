package connec

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// batchPath lies outside the API's own path.
const batchPath = "/batch"

// batchOp is one write inside a batch, in the shape that Maestrano's connector framework sends.
type batchOp struct {
	Method string          `json:"method"`
	URL    string          `json:"url"`
	Params json.RawMessage `json:"params"`
}

// Batch sends up to 50 writes in one POST to {host}/batch, which lies outside the API's path, and returns their
// answers by position. It is sent once. A write that failed has its own Status and Message; an error means that
// the batch as a whole failed, and if OutcomeUnknown, that any of its writes may have taken effect.
func (c *Client) Batch(ctx context.Context, ws []Request) ([]Record, error) {
	if len(ws) == 0 {
		return nil, nil
	}
	if len(ws) > MaxBatch {
		return nil, fmt.Errorf("batch of %d writes: at most %d", len(ws), MaxBatch)
	}
	calls := make([]call, len(ws))
	ops := make([]batchOp, len(ws))
	for i, w := range ws {
		var err error
		if calls[i], err = w.call(); err != nil {
			return nil, err
		}
		if calls[i].native {
			return nil, fmt.Errorf("batch: %s %s needs a header of its own: send it alone", w.Method, w.Path)
		}
		ops[i] = c.batchOp(w)
	}
	body, err := json.Marshal(map[string]any{"sequential": true, "ops": ops})
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	r := call{method: http.MethodPost, path: batchPath}
	target := url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: batchPath}
	status, answer, err := c.write(ctx, r, target.String(), body)
	if err != nil {
		return nil, err
	}
	return c.batchResults(r, calls, status, answer)
}

// batchOp gives a POST the trailing slash that the framework's own requests have.
func (c *Client) batchOp(w Request) batchOp {
	path := c.base.JoinPath(c.o.Group).EscapedPath() + w.Path
	if w.Method == http.MethodPost {
		path += "/"
	}
	return batchOp{Method: strings.ToLower(w.Method), URL: path, Params: w.Body}
}

func (c *Client) batchResults(r call, calls []call, status int, answer []byte) ([]Record, error) {
	r.collection = "results"
	value, _, err := c.member(r, status, answer)
	if err != nil {
		return nil, err
	}
	var results []struct {
		Status int             `json:"status"`
		Body   json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(value, &results); err != nil {
		return nil, c.answerError(r, status, false, "`results` cannot be read: %w", err)
	}
	if len(results) != len(calls) {
		return nil, c.answerError(r, status, false, "%d writes were sent, %d results came back: none can be told apart", len(calls), len(results))
	}
	records := make([]Record, len(calls))
	for i, result := range results {
		records[i] = c.batchRecord(calls[i], result.Status, result.Body)
	}
	return records, nil
}

// batchRecord is one result; a good status with an unreadable body keeps its status, so that the caller reads back.
func (c *Client) batchRecord(r call, status int, body json.RawMessage) Record {
	if status < 200 || status > 299 {
		return Record{Status: status, Message: c.scrub(serverWords(body))}
	}
	record, err := c.record(r, status, body)
	if err != nil {
		return Record{Status: status, Message: err.Error()}
	}
	return record
}
