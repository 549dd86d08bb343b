package connec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/hashicorp/go-retryablehttp"
)

// mediaType is what Maestrano's clients send and accept, though the bodies are no JSON-API documents.
const mediaType = "application/vnd.api+json"

// call is one request as errors name it.
type call struct {
	method     string
	path       string // below endpoint and group, escaped
	query      url.Values
	collection string
	single     bool // of one record
	native     bool // Connec!'s own merge
}

// call checks the write and takes its path apart.
func (w Request) call() (call, error) {
	r := call{method: w.Method, path: w.Path, single: true}
	parts := strings.Split(strings.TrimPrefix(w.Path, "/"), "/")
	r.collection = parts[0]
	r.native = len(parts) == 3 && parts[2] == "merge"
	switch {
	case w.Method != http.MethodPost && w.Method != http.MethodPut:
		return r, fmt.Errorf("write %s %s: the method must be POST or PUT", w.Method, w.Path)
	case !strings.HasPrefix(w.Path, "/") || !collectionName.MatchString(r.collection):
		return r, fmt.Errorf("write %s %s: the path must begin with a collection, such as /people", w.Method, w.Path)
	case w.Method == http.MethodPost && len(parts) != 1,
		w.Method == http.MethodPut && len(parts) != 2 && !r.native,
		len(parts) > 1 && !uuidText.MatchString(parts[1]):
		return r, fmt.Errorf("write %s %s: want POST /people, PUT /people/UUID or PUT /people/UUID/merge", w.Method, w.Path)
	}
	if err := CheckJSON(w.Body); err != nil {
		return r, fmt.Errorf("write %s %s: the body is not sound JSON: %w", w.Method, w.Path, err)
	}
	return r, nil
}

func (c *Client) setHeaders(h http.Header, r call) {
	h.Set("Accept", mediaType)
	h.Set("Content-Type", mediaType)
	h.Set("User-Agent", "sameas")
	h.Set("CONNEC-EXTERNAL-IDS", "true")
	if r.native {
		h.Set("CONNEC-EXTERNAL-IDS", "false")
	}
}

// read asks, repeating under checkRetry, until accept takes the body.
func (c *Client) read(ctx context.Context, r call, accept func(resp *http.Response, body []byte) error) error {
	target := c.base.JoinPath(c.o.Group).String() + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, target, nil)
	if err != nil {
		return c.networkError(r, err)
	}
	c.setHeaders(req.Header, r)
	c.authorize(req.Request)
	req.SetResponseHandler(func(resp *http.Response) error {
		body, err := c.receive(r, resp)
		switch {
		case err != nil:
			return err
		case resp.StatusCode < 200 || resp.StatusCode > 299:
			return c.statusError(r, resp, body)
		}
		return accept(resp, body)
	})
	resp, err := c.reader.Do(req)
	return c.finish(ctx, r, resp, err)
}

// finish turns what the last try ended with into one error.
func (c *Client) finish(ctx context.Context, r call, resp *http.Response, err error) error {
	var answered *Error
	switch {
	case ctx.Err() != nil:
		if resp != nil {
			resp.Body.Close()
		}
		return &Error{Method: r.method, Path: r.path, Message: ctx.Err().Error(), err: ctx.Err()}
	case errors.As(err, &answered):
		return answered
	case err != nil:
		return c.networkError(r, err)
	case repeatable(resp.StatusCode):
		body, err := c.receive(r, resp)
		if err != nil {
			body = nil
		}
		return c.statusError(r, resp, body)
	}
	return nil
}

// write sends once. A request that bears a body that can be rewound is sent anew by net/http only where no byte of it
// left, over a connection that the server had closed; an Idempotency-Key would make it replay more, so none is set.
func (c *Client) write(ctx context.Context, r call, target string, body []byte) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return 0, nil, c.networkError(r, &notSentError{err})
	}
	c.setHeaders(req.Header, r)
	c.authorize(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, c.networkError(r, err)
	}
	answer, err := c.receive(r, resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return 0, nil, c.statusError(r, resp, answer)
	}
	return resp.StatusCode, answer, err
}
