package connec

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Doer sends one HTTP request; *http.Client is one. Dry-run holds one that cannot write.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Options configure a Client.
type Options struct {
	// Endpoint is the base URL with its API path, such as https://api-connec.maestrano.com/api/v2.
	Endpoint string
	// Group is the application instance's group_id (cld-...), or a channel (org-...).
	Group string
	// Key and Secret are the basic-auth credentials; they appear in no error, log or String.
	Key, Secret string
	// PlainHTTP is the one host beside loopback that may be spoken to without TLS; see CheckEndpoint.
	PlainHTTP string
	// RootCAs are trusted instead of the system's authorities; nil is the system's.
	RootCAs *x509.CertPool
	// Rate is requests per second, 0 for no limit.
	Rate float64
	// Concurrency is how many requests may be under way at once; fewer are while the server answers with 408, 429 or
	// 5xx, or ever more slowly. 0 is no limit.
	Concurrency int
	// Timeout bounds one request with its body; 0 means 180 s, what Maestrano's own clients use in production.
	Timeout time.Duration
	// Doer sends the requests; nil means NewDoer.
	Doer Doer
	// RetryWait is the first pause before a read is repeated; 0 means 500 ms. Doubled each time, capped at 30 s.
	RetryWait time.Duration
	// Retries is how often a read is repeated; negative means never, 0 means 4.
	Retries int
}

// String leaves the credentials out, as does every other way to print Options.
func (o Options) String() string { return o.Endpoint + "/" + o.Group }

// GoString is String.
func (o Options) GoString() string { return o.String() }

// Client speaks to one group of one endpoint. It is safe for concurrent use.
type Client struct {
	o         Options // without the credentials
	base      *url.URL
	authorize func(*http.Request) // closed over the credentials, so that no print of a Client can show them
	scrub     func(string) string
	http      *http.Client
	pace      *pace
	reader    *retryablehttp.Client
	maxBody   int64
}

// defaultMaxBody bounds an answer after decompression: a page of 1,000 records has about one megabyte.
const defaultMaxBody = 64 << 20

// NewClient checks the options and returns a client; no request is sent.
func NewClient(o Options) (*Client, error) {
	if err := CheckEndpoint(o.Endpoint, o.PlainHTTP); err != nil {
		return nil, err
	}
	if err := CheckGroup(o.Group); err != nil {
		return nil, err
	}
	base, err := url.Parse(strings.TrimRight(o.Endpoint, "/"))
	if err != nil {
		return nil, errors.New("`endpoint` is not a URL") // unreachable after CheckEndpoint; the URL may be private
	}
	o.Timeout = cmp.Or(o.Timeout, 180*time.Second)
	o.RetryWait = cmp.Or(o.RetryWait, 500*time.Millisecond)
	o.Retries = cmp.Or(o.Retries, 4)
	key, secret := o.Key, o.Secret
	o.Key, o.Secret = "", ""
	var pairs []string
	for _, form := range secretForms(key, secret) {
		pairs = append(pairs, form, "***")
	}
	pace := newPace(o.Rate, o.Concurrency)
	client := newHTTPClient(o, pace)
	return &Client{
		o:         o,
		base:      base,
		authorize: func(r *http.Request) { r.SetBasicAuth(key, secret) },
		scrub:     strings.NewReplacer(pairs...).Replace,
		http:      client,
		pace:      pace,
		reader:    newReader(client, o),
		maxBody:   defaultMaxBody,
	}, nil
}

// Pace says how the server has slowed the client down so far.
func (c *Client) Pace() PaceStats {
	c.pace.mu.Lock()
	defer c.pace.mu.Unlock()
	return c.pace.stats
}

// Page is one page of a collection as received.
type Page struct {
	// Body is the whole answer.
	Body []byte
	// Envelope is the answer with an empty list in the place of its records.
	Envelope []byte
	// Records are the elements of the collection's array, undecoded.
	Records []json.RawMessage
	// Skip and Top are what the server says it granted; Total is its count, -1 when it gave none.
	Skip, Top, Total int64
	// ServedAt is the server's own clock when it answered, in whole seconds; zero when it did not say.
	ServedAt time.Time
	// More reports whether the answer had a `next` link. The link itself is never followed.
	More bool
}

// ListOptions select a page.
type ListOptions struct {
	Skip, Top int64
	Filter    string // $filter, "" for none
	OrderBy   string // $orderby, "" for none
}

// Record is one answer to a read or write of a single record.
type Record struct {
	// Status is the HTTP status: 200 updated or read, 201 created.
	Status int
	// Body is the record itself, the value under the collection's key.
	Body json.RawMessage
	// Message is the server's words when the write was one of a batch and failed: Status is then its own, Body empty.
	Message string
}

// Request is one write, exactly as it is sent and as a plan holds it.
type Request struct {
	Method string          `json:"method"` // POST or PUT
	Path   string          `json:"path"`   // below endpoint/group: /people, /people/UUID, /people/UUID/merge
	Body   json.RawMessage `json:"body"`   // {"people": {...}}
}

// MaxBatch is how many writes one Batch may hold: what Maestrano's own framework came down to.
const MaxBatch = 50

// List reads one page. The answer's `skip` must be the one asked for; `top` may be less.
func (c *Client) List(ctx context.Context, collection string, o ListOptions) (Page, error) {
	if err := CheckCollection(collection); err != nil {
		return Page{}, err
	}
	if o.Skip < 0 || o.Top < 0 {
		return Page{}, fmt.Errorf("list %s: skip %d and top %d must not be negative", collection, o.Skip, o.Top)
	}
	query := url.Values{}
	query.Set("$skip", strconv.FormatInt(o.Skip, 10))
	if o.Top > 0 {
		query.Set("$top", strconv.FormatInt(o.Top, 10))
	}
	if o.Filter != "" {
		query.Set("$filter", o.Filter)
	}
	if o.OrderBy != "" {
		query.Set("$orderby", o.OrderBy)
	}
	r := call{method: http.MethodGet, path: "/" + collection, query: query, collection: collection}
	var page Page
	err := c.read(ctx, r, func(resp *http.Response, body []byte) (err error) {
		page, err = c.page(r, resp.StatusCode, body, o)
		page.ServedAt, _ = http.ParseTime(resp.Header.Get("Date"))
		return err
	})
	return page, err
}

// Get reads the record of that UUID; one that is not there is an *Error with Status 404.
func (c *Client) Get(ctx context.Context, collection, uuid string) (Record, error) {
	return c.getOne(ctx, collection, uuid, nil)
}

// GetByExternalID reads the record that bears the ID, by opts[provider] and opts[realm]; a hub ID is read by Get.
func (c *Client) GetByExternalID(ctx context.Context, collection string, id ExternalID) (Record, error) {
	if id.IsHub() {
		return c.Get(ctx, collection, id.ID)
	}
	if !id.Complete() {
		return Record{}, fmt.Errorf("read %s by external ID %s: a part is missing", collection, id)
	}
	query := url.Values{}
	query.Set("opts[provider]", id.Provider)
	query.Set("opts[realm]", id.Realm)
	return c.getOne(ctx, collection, id.ID, query)
}

func (c *Client) getOne(ctx context.Context, collection, id string, query url.Values) (Record, error) {
	if err := CheckCollection(collection); err != nil {
		return Record{}, err
	}
	if id == "" {
		return Record{}, fmt.Errorf("read one of %s: the ID is empty", collection)
	}
	r := call{method: http.MethodGet, path: "/" + collection + "/" + escapeSegment(id), query: query, collection: collection, single: true}
	var record Record
	err := c.read(ctx, r, func(resp *http.Response, body []byte) (err error) {
		record, err = c.record(r, resp.StatusCode, body)
		return err
	})
	return record, err
}

// Send sends one write, once; it is never repeated here, whatever the answer. A native merge (PUT .../merge) goes
// with CONNEC-EXTERNAL-IDS: false, as Maestrano's own screen sends it. Of an *Error, OutcomeUnknown says whether the
// write may have taken effect, Unsent that it certainly has not.
func (c *Client) Send(ctx context.Context, w Request) (Record, error) {
	r, err := w.call()
	if err != nil {
		return Record{}, err
	}
	status, body, err := c.write(ctx, r, c.base.JoinPath(c.o.Group).String()+r.path, w.Body)
	if err != nil {
		return Record{}, err
	}
	return c.record(r, status, body)
}
