package connec

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
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
	// Rate is requests per second, 0 for no limit.
	Rate float64
	// Timeout bounds one request with its body; 0 means 180 s, what Maestrano's own clients use in production.
	Timeout time.Duration
	// Doer sends the requests; nil means one made by NewTransport.
	Doer Doer
	// RetryWait is the first pause before a read is repeated; 0 means 500 ms. Doubled each time, capped at 30 s.
	RetryWait time.Duration
	// Retries is how often a read is repeated; negative means never, 0 means 4.
	Retries int
}

// Client speaks to one group of one endpoint. It is safe for concurrent use.
type Client struct {
	// fields are the owner's to define
	o Options
}

// NewClient checks the options and returns a client; no request is sent.
func NewClient(o Options) (*Client, error) { return &Client{o: o}, nil }

// Page is one page of a collection as received.
type Page struct {
	// Body is the whole answer.
	Body []byte
	// Records are the elements of the collection's array, undecoded.
	Records []json.RawMessage
	// Skip and Top are what the server says it granted; Total is its count, -1 when it gave none.
	Skip, Top, Total int64
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
}

// Request is one write, exactly as it is sent and as a plan holds it.
type Request struct {
	Method string          `json:"method"` // POST or PUT
	Path   string          `json:"path"`   // below endpoint/group: /people, /people/UUID, /people/UUID/merge
	Body   json.RawMessage `json:"body"`   // {"people": {...}}
}

// List reads one page.
func (c *Client) List(ctx context.Context, collection string, o ListOptions) (Page, error) {
	panic("contract")
}

// Get reads the record of that UUID; one that is not there is an *Error with Status 404.
func (c *Client) Get(ctx context.Context, collection, uuid string) (Record, error) { panic("contract") }

// GetByExternalID reads the record that bears the ID, by opts[provider] and opts[realm].
func (c *Client) GetByExternalID(ctx context.Context, collection string, id ExternalID) (Record, error) {
	panic("contract")
}

// Send sends one write, once; it is never repeated here, whatever the answer.
func (c *Client) Send(ctx context.Context, r Request) (Record, error) { panic("contract") }

// Batch sends up to 50 writes in one POST to /batch and returns their answers by position.
func (c *Client) Batch(ctx context.Context, rs []Request) ([]Record, error) { panic("contract") }
