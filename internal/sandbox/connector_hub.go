package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// hubRecord is a record of the hub as a connector reads it.
type hubRecord struct {
	uuid    string
	ids     []connec.ExternalID
	status  string
	updated time.Time
	fields  map[string]any
}

func decodeHubRecord(text []byte) (hubRecord, error) {
	value, err := decodeValue(text)
	if err != nil {
		return hubRecord{}, err
	}
	fields, isObject := value.(map[string]any)
	if !isObject {
		return hubRecord{}, fmt.Errorf("a record of the hub is no object")
	}
	h := hubRecord{fields: fields, status: scalar(fields["status"])}
	if h.ids, err = externalIDs(fields["id"], ""); err != nil {
		return hubRecord{}, err
	}
	if h.uuid = hubUUID(h.ids); h.uuid == "" {
		return hubRecord{}, fmt.Errorf("a record of the hub has no ID of its own")
	}
	h.updated, err = time.Parse(time.RFC3339, scalar(fields["updated_at"]))
	return h, err
}

// fetch reads all that changed at the hub since the last round. The second of that round is read again: two changes
// may share it, and a change applied twice is the same.
func (c *Connector) fetch(ctx context.Context, collection string) ([]hubRecord, error) {
	options := connec.ListOptions{Top: 100, OrderBy: "created_at asc"}
	if since, synced := c.since[collection]; synced {
		options.Filter = "updated_at gte '" + since.UTC().Format("2006-01-02T15:04:05Z") + "'"
	}
	var all []hubRecord
	for {
		page, err := c.client.List(ctx, collection, options)
		if err != nil {
			return nil, err
		}
		for _, text := range page.Records {
			h, err := decodeHubRecord(text)
			if err != nil {
				return nil, err
			}
			all = append(all, h)
		}
		options.Skip += int64(len(page.Records))
		if !page.More || len(page.Records) == 0 {
			return all, nil
		}
	}
}

// columnPath pairs a column of an application's file with a field of the hub.
type columnPath struct{ column, path string }

// mapping is how the applications of the generated world map their columns.
func mapping(collection string) []columnPath {
	if collection == "organizations" {
		return []columnPath{
			{"name", "name"}, {"tax_number", "reference"}, {"email", "email.address"},
			{"phone", "phone.landline"}, {"mobile", "phone.mobile"}, {"website", "website.url"},
			{"address_1", "address.billing.line1"}, {"address_2", "address.billing.line2"}, {"suburb", "address.billing.city"},
			{"state", "address.billing.region"}, {"postcode", "address.billing.postal_code"}, {"country", "address.billing.country"},
		}
	}
	return []columnPath{
		{"given_name", "first_name"}, {"surname", "last_name"}, {"title", "title"}, {"date_of_birth", "birth_date"},
		{"email", "email.address"}, {"email_2", "email.address2"}, {"phone", "phone_home.landline"},
		{"mobile", "phone_home.mobile"}, {"work_phone", "phone_work.landline"},
		{"address_1", "address_home.billing.line1"}, {"address_2", "address_home.billing.line2"},
		{"suburb", "address_home.billing.city"}, {"state", "address_home.billing.region"},
		{"postcode", "address_home.billing.postal_code"}, {"country", "address_home.billing.country"},
		{"job_title", "job_title"}, {"company", "company_name"},
	}
}

const (
	referenceColumn = "account_id"      // of people, naming one of the application's organizations
	referenceField  = "organization_id" // the hub's
	midnight        = "T00:00:00Z"
)

// body is the POST of a local record: its own ID, its values, its references by own IDs. A column without a value is
// left out, or clears the field when the record was synced before.
func (c *Connector) body(collection string, r *Local) (json.RawMessage, error) {
	fields := map[string]any{"id": []connec.ExternalID{c.id(r.ID)}}
	for _, m := range mapping(collection) {
		value := r.Fields[m.column]
		if value == "" && r.synced.IsZero() {
			continue
		}
		if _, err := time.Parse(time.DateOnly, value); err == nil && m.path == "birth_date" {
			value += midnight
		}
		setPath(fields, strings.Split(m.path, "."), value)
	}
	if collection == "people" {
		switch account := r.Fields[referenceColumn]; {
		case account != "":
			fields[referenceField] = []connec.ExternalID{c.id(account)}
		case !r.synced.IsZero():
			fields[referenceField] = ""
		}
	}
	return json.Marshal(map[string]any{collection: fields})
}

func setPath(object map[string]any, path []string, value string) {
	if len(path) == 1 {
		object[path[0]] = value
		return
	}
	below, isObject := object[path[0]].(map[string]any)
	if !isObject {
		below = map[string]any{}
		object[path[0]] = below
	}
	setPath(below, path[1:], value)
}

// columns are a hub record's values as the application keeps them. Whole is false when it refers to a record that has
// no ID of the application yet: the framework then leaves the record for a later round.
func (c *Connector) columns(collection string, h hubRecord) (fields map[string]string, whole bool) {
	fields = map[string]string{}
	for _, m := range mapping(collection) {
		value := textAt(h.fields, strings.Split(m.path, "."))
		if m.path == "birth_date" {
			value = strings.TrimSuffix(value, midnight)
		}
		fields[m.column] = value
	}
	if collection != "people" {
		return fields, true
	}
	ids, err := externalIDs(h.fields[referenceField], "")
	if err != nil || len(ids) == 0 {
		fields[referenceColumn] = ""
		return fields, true
	}
	own, has := c.own(ids)
	fields[referenceColumn] = own
	return fields, has
}

func textAt(object map[string]any, path []string) string {
	value := object[path[0]]
	if len(path) == 1 {
		return scalar(value)
	}
	below, _ := value.(map[string]any)
	if below == nil {
		return ""
	}
	return textAt(below, path[1:])
}

// direct sends requests to a server without a network.
type direct struct{ server http.Handler }

// Do is one request; a handler that ends the connection is an error, as it is on a network.
func (d direct) Do(r *http.Request) (resp *http.Response, err error) {
	w := &directWriter{header: http.Header{}, status: http.StatusOK}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	defer func() {
		if cause := recover(); cause == http.ErrAbortHandler {
			resp, err = nil, io.ErrUnexpectedEOF
		} else if cause != nil {
			panic(cause)
		}
	}()
	d.server.ServeHTTP(w, r)
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

type directWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *directWriter) Header() http.Header            { return w.header }
func (w *directWriter) WriteHeader(status int)         { w.status = status }
func (w *directWriter) Write(text []byte) (int, error) { return w.body.Write(text) }

// client is a connec client of one of the server's applications, without a network.
func (s *Server) client(key, secret string) (*connec.Client, error) {
	return connec.NewClient(connec.Options{
		Endpoint: "http://127.0.0.1" + apiRoot, Group: s.o.Group, Key: key, Secret: secret, Doer: direct{s}, Retries: -1,
	})
}
