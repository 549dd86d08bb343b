package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// batchBody is the request of POST /batch.
type batchBody struct {
	Sequential bool `json:"sequential"` // operations are carried out one after the other either way
	Ops        []struct {
		Method string          `json:"method"`
		URL    string          `json:"url"`
		Params json.RawMessage `json:"params"`
	} `json:"ops"`
}

type batchResult struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
}

// batch carries out several operations and answers 200 with their results by position; one that fails stops no other.
// How many a call may hold is not documented: clients send at most 50, the server here takes any number.
func (q request) batch() (answer, error) {
	var b batchBody
	if err := json.Unmarshal(q.body, &b); err != nil {
		return answer{}, badRequest("batch: %v", err)
	}
	results := make([]batchResult, 0, len(b.Ops))
	for i, op := range b.Ops {
		one := q
		one.batched = true
		one.method = strings.ToUpper(op.Method)
		one.body = op.Params
		one.number = scramble(q.number + uint64(i))
		a := one.operate(op.URL)
		results = append(results, batchResult{a.status, a.body})
	}
	body, err := json.Marshal(map[string][]batchResult{"results": results})
	return ok(http.StatusOK, body), err
}

// operate carries out one entry of a batch.
func (q request) operate(target string) answer {
	u, err := url.Parse(target)
	if err != nil {
		return failed(badRequest("url %q: %v", target, err))
	}
	q.path, q.query = u.EscapedPath(), u.RawQuery
	a, err := q.route()
	if err != nil {
		return failed(err)
	}
	return a
}
