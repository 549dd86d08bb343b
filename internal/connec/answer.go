package connec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of an answer. Records nest four or five deep; what reads the body later (DuckDB among
// others) crashes at some thousands.
const maxDepth = 100

// receive reads a body of at most the client's limit, counted after decompression.
func (c *Client) receive(r call, resp *http.Response) ([]byte, error) {
	defer resp.Body.Close()
	var body bytes.Buffer
	if resp.ContentLength <= c.maxBody {
		body.Grow(int(max(resp.ContentLength, 0)) + bytes.MinRead)
		_, err := body.ReadFrom(io.LimitReader(resp.Body, c.maxBody+1))
		switch {
		case isTimeout(err):
			return nil, c.answerError(r, resp.StatusCode, true, "the answer did not come to its end within %s: %w", c.o.Timeout, err)
		case err != nil:
			return nil, c.answerError(r, resp.StatusCode, true, "the answer was cut short: %w", err)
		}
	}
	if max(resp.ContentLength, int64(body.Len())) > c.maxBody {
		return nil, c.answerError(r, resp.StatusCode, false, "the answer has more than %d bytes: of a list, ask for less with a smaller `page_size`", c.maxBody)
	}
	return body.Bytes(), nil
}

// parts are the members of an answer's outermost object, and the elements of the collection's own when it is an array.
type parts struct {
	members map[string]json.RawMessage
	records []json.RawMessage
}

// object checks the whole body and takes it apart.
func (c *Client) object(r call, status int, body []byte) (parts, error) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return parts{}, c.answerError(r, status, true, "the answer is empty")
	case isMarkup(body):
		return parts{}, c.answerError(r, status, true, "the answer is a web page, not JSON: is `endpoint` right with its path, such as /api/v2?")
	}
	members, records, deepest := dissect(body, r.collection) // one pass less than to check first
	if !jsontext.Value(body).IsValid() || deepest > maxDepth {
		if err := explainJSON(body); err != nil {
			return parts{}, c.answerError(r, status, isCut(err), "the answer is not sound JSON: %w", err)
		}
	}
	if body[next(body, 0)] != '{' {
		return parts{}, c.answerError(r, status, true, "the answer is not a JSON object")
	}
	return parts{members, records}, nil
}

// member is the value of the collection's key, which must be there.
func (c *Client) member(r call, status int, body []byte) (json.RawMessage, parts, error) {
	all, err := c.object(r, status, body)
	if err != nil {
		return nil, parts{}, err
	}
	value, ok := all.members[r.collection]
	if !ok {
		return nil, parts{}, c.answerError(r, status, true, "the answer has no `%s`: %s", r.collection, keysThere(all.members))
	}
	return value, all, nil
}

func keysThere(members map[string]json.RawMessage) string {
	if len(members) == 0 {
		return "it has no keys at all"
	}
	return "its keys are " + short(strings.Join(slices.Sorted(maps.Keys(members)), ", "))
}

func isMarkup(body []byte) bool {
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	return len(body) > 0 && body[0] == '<'
}

func isCut(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }

// CheckJSON reads the whole text once and refuses what a lenient decoder would repair without a word: text that is not
// UTF-8, names given twice, nesting beyond 100, anything after the end.
func CheckJSON(text []byte) error {
	if _, deepest := extent(text, next(text, 0)); deepest <= maxDepth && jsontext.Value(text).IsValid() {
		return nil
	}
	return explainJSON(text)
}

// explainJSON reads the text token by token, to say where and why it is not sound.
func explainJSON(text []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		if d.StackDepth() > maxDepth {
			return fmt.Errorf("nested more than %d deep at byte %d", maxDepth, d.InputOffset())
		}
		if kind := token.Kind(); d.StackDepth() == 0 && kind != '{' && kind != '[' {
			break
		}
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("more follows after the end, at byte %d", d.InputOffset())
	}
	return nil
}

// page takes a list's answer apart.
func (c *Client) page(r call, status int, body []byte, o ListOptions) (Page, error) {
	value, all, err := c.member(r, status, body)
	if err != nil {
		return Page{}, err
	}
	members := all.members
	p := Page{Body: body, Skip: o.Skip, Top: o.Top, Total: -1}
	switch value[0] {
	case '{': // a singular resource, such as company
		p.Records = []json.RawMessage{value}
	case '[':
		p.Records = all.records
	default:
		return Page{}, c.answerError(r, status, true, "`%s` is neither a list nor a record", r.collection)
	}
	for i, record := range p.Records {
		if record[0] != '{' {
			return Page{}, c.answerError(r, status, true, "entry %d of `%s` is not a record", i, r.collection)
		}
	}
	err = c.pagination(r, status, members, &p)
	members[r.collection] = json.RawMessage("[]")
	p.Envelope, _ = json.Marshal(members) // sound parts make a sound whole
	return p, err
}

// pagination reads what the server says of the page; the emulator and singular resources say nothing. `next` is
// looked at, never followed: it could lead the credentials elsewhere.
func (c *Client) pagination(r call, status int, members map[string]json.RawMessage, p *Page) error {
	asked := p.Skip
	var said struct {
		Skip, Top, Total *int64
		Next             json.RawMessage
	}
	raw := members["pagination"]
	if noValue(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return c.answerError(r, status, true, "`pagination` cannot be read: %w", err)
	}
	take := func(from *int64, to *int64) {
		if from != nil {
			*to = *from
		}
	}
	take(said.Skip, &p.Skip)
	take(said.Top, &p.Top)
	take(said.Total, &p.Total)
	p.More = !noValue(said.Next)
	if noValue(said.Next) {
		p.More = !noValue(members["next"])
	}
	if p.Skip != asked {
		return c.answerError(r, status, true, "asked for the page at %d, answered with the page at %d", asked, p.Skip)
	}
	if p.Top < 0 || said.Total != nil && p.Total < 0 {
		return c.answerError(r, status, true, "`pagination` holds a negative number")
	}
	return nil
}

// record takes the answer to a read or write of one record apart.
func (c *Client) record(r call, status int, body []byte) (Record, error) {
	value, _, err := c.member(r, status, body)
	if err != nil {
		return Record{}, err
	}
	if value[0] == '[' {
		var list []json.RawMessage
		if json.Unmarshal(value, &list) == nil && len(list) == 1 {
			value = list[0]
		}
	}
	if value[0] != '{' {
		return Record{}, c.answerError(r, status, true, "`%s` is not one record", r.collection)
	}
	return Record{Status: status, Body: value}, nil
}
