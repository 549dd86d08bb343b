package behaviour

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// Hub is what a probe needs of the client; *connec.Client is one.
type Hub interface {
	Get(ctx context.Context, collection, uuid string) (connec.Record, error)
	GetByExternalID(ctx context.Context, collection string, id connec.ExternalID) (connec.Record, error)
	List(ctx context.Context, collection string, o connec.ListOptions) (connec.Page, error)
	Send(ctx context.Context, r connec.Request) (connec.Record, error)
}

// Options of Probe.
type Options struct {
	Hub             Hub
	Endpoint, Group string // for the file
	// Provider and Realm are the application whose credentials Hub sends: an ID of any other is foreign to them.
	Provider, Realm string
	// ForeignProvider and ForeignRealm are another application.
	ForeignProvider, ForeignRealm string
	// Mark is a text that no other probe uses: letters, digits and dashes. It stands in every name and ID written.
	Mark string
	// Native asks about Connec!'s own merge too, which makes two organizations and merges them.
	Native   bool
	Now      func() time.Time
	Progress func(question string, done, total int64)
}

// people and organizations are the collections that the probe writes to.
const (
	people        = "people"
	organizations = "organizations"
)

// FirstName is the first name of every person that a probe makes.
const FirstName = "Sameas-Probe"

// LastName is the last name of every person, and the name of every organization, that the probe of that mark makes.
func LastName(mark string) string { return "throw-away " + mark }

// prober is one probe under way.
type prober struct {
	Options
	file   File
	buffer []Exchange // since the question was begun
	a, b   record     // the two people; a is the older
	ids    int        // external IDs made so far
	left   []*left    // every record made, or that may have been
	// strangers says that the records answered are the group's own: their content is not kept.
	strangers bool
}

// record is one of the probe's own records as last read.
type record struct {
	uuid, key    string
	ids          []connec.ExternalID
	organization []connec.ExternalID
}

type left struct {
	collection string
	record
	state string
}

// answered is what came back for a request: the record, or a refusal.
type answered struct {
	record
	status  int
	refused bool // 400 to 499, but for 401, 408 and 429: the hub will not do it
}

// Probe asks every question that it can and returns what the answers show. What they do not show stays unknown, with
// the reason. The records that it makes are INACTIVE in the end, and named in LeftBehind. After an error the file holds
// what was found until then.
func Probe(ctx context.Context, o Options) (File, error) {
	p := &prober{Options: o, file: File{Format: Format, Endpoint: o.Endpoint, Group: o.Group,
		Account: o.Provider + "/" + o.Realm, Mark: o.Mark, ProbedAt: o.Now().UTC().Truncate(time.Second), Findings: map[string]Finding{}}}
	for _, q := range Questions() {
		p.file.Findings[q.Name] = Finding{Value: Unknown, Note: "not asked"}
	}
	steps := []struct {
		about string
		ask   func(context.Context) error
	}{
		{PageMax, p.askPageMax}, {"records", p.makeRecords}, {Order, p.askOrder}, {PostAddsIDs, p.askPostAddsIDs},
		{HeldID, p.askHeldID}, {GetAmbiguous, p.askGetAmbiguous}, {MultiMatch, p.askMultiMatch}, {ForeignID, p.askForeignID},
		{UnmatchedReference, p.askUnmatchedReference}, {MergeMovesIDs, p.askMergeMovesIDs}, {"retire", p.retire},
	}
	var err error
	for i, step := range steps {
		if o.Progress != nil {
			o.Progress("probe", int64(i), int64(len(steps)))
		}
		p.buffer = nil
		if err = ctx.Err(); err == nil {
			err = step.ask(ctx)
		}
		if err != nil {
			err = fmt.Errorf("probe: %s: %w", step.about, err)
			p.file.Stopped = err.Error()
			break
		}
	}
	for _, l := range p.left {
		p.file.LeftBehind = append(p.file.LeftBehind, Left{l.collection, l.key, l.state})
	}
	return p.file, err
}

// found notes the question's answer with the requests since it was begun.
func (p *prober) found(name, value, note string) {
	q, _ := question(name)
	f := Finding{Value: value, Note: note, Shown: p.buffer}
	if value != Unknown {
		f.Means = q.Means(value)
	}
	p.file.Findings[name] = f
}

func (p *prober) known(name string) string {
	if v := p.file.Findings[name].Value; v != Unknown {
		return v
	}
	return ""
}

// ownID is a new ID of the application that asks.
func (p *prober) ownID() connec.ExternalID {
	p.ids++
	return connec.ExternalID{Provider: p.Provider, Realm: p.Realm, ID: fmt.Sprintf("sameas-probe-%s-%d", p.Mark, p.ids)}
}

// send writes, and tells a refusal from an error: after any other answer than those two nobody knows what took effect,
// and the probe ends.
func (p *prober) send(ctx context.Context, method, collection, uuid string, attributes map[string]any) (answered, error) {
	path := "/" + collection
	if uuid != "" {
		path += "/" + uuid
	}
	return p.sendBody(ctx, method, path, map[string]any{collection: attributes})
}

func (p *prober) sendBody(ctx context.Context, method, path string, body map[string]any) (answered, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return answered{}, err
	}
	got, err := p.Hub.Send(ctx, connec.Request{Method: method, Path: path, Body: text})
	return p.take(method+" "+path+" "+string(text), got, err)
}

func (p *prober) get(ctx context.Context, collection, uuid string) (answered, error) {
	got, err := p.Hub.Get(ctx, collection, uuid)
	return p.take("GET /"+collection+"/"+uuid, got, err)
}

func (p *prober) getByID(ctx context.Context, collection string, id connec.ExternalID) (answered, error) {
	got, err := p.Hub.GetByExternalID(ctx, collection, id)
	return p.take(fmt.Sprintf("GET /%s/%s?opts[provider]=%s&opts[realm]=%s", collection, id.ID, id.Provider, id.Realm), got, err)
}

// take keeps the exchange and reads the answer.
func (p *prober) take(sent string, got connec.Record, err error) (answered, error) {
	x := Exchange{Sent: sent, Answered: fmt.Sprintf("%d %s", got.Status, got.Body)}
	var e *connec.Error
	if err != nil {
		x.Answered = err.Error()
		if errors.As(err, &e) && e.Status != 0 {
			x.Answered = fmt.Sprintf("%d: %s", e.Status, e.Message)
		}
	}
	p.buffer = append(p.buffer, x)
	switch {
	case e != nil && isRefusal(e.Status):
		return answered{status: e.Status, refused: true}, nil
	case err != nil:
		return answered{}, err
	}
	a := answered{status: got.Status}
	a.record, err = readRecord(got.Body)
	if p.strangers {
		p.buffer[len(p.buffer)-1].Answered = fmt.Sprintf("%d, record %s", a.status, a.key)
	}
	return a, err
}

func isRefusal(status int) bool {
	return status >= 400 && status < 500 &&
		!slices.Contains([]int{http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusTooManyRequests}, status)
}

func readRecord(body json.RawMessage) (record, error) {
	var parts struct {
		ID           json.RawMessage `json:"id"`
		Organization json.RawMessage `json:"organization_id"`
		Channel      string          `json:"channel_id"`
	}
	if err := json.Unmarshal(body, &parts); err != nil {
		return record{}, fmt.Errorf("the answer is not a record: %w", err)
	}
	// A merge is answered without external IDs, as bare UUIDs; the channel then stands for the realm.
	if parts.Channel == "" {
		parts.Channel = "-"
	}
	var r record
	r.ids, _ = connec.DecodeIDs(parts.ID, parts.Channel)
	r.organization, _ = connec.DecodeIDs(parts.Organization, parts.Channel)
	for _, id := range r.ids {
		if id.IsHub() {
			r.uuid, r.key = id.ID, id.String()
		}
	}
	if r.uuid == "" {
		return r, errors.New("the answer has no connec ID")
	}
	return r, nil
}

func (r record) bears(id connec.ExternalID) bool { return slices.Contains(r.ids, id) }

// create makes a record and reads it back by the ID it was given: what is documented must hold before anything else
// can be told.
func (p *prober) create(ctx context.Context, collection string) (record, connec.ExternalID, error) {
	id := p.ownID()
	attributes := map[string]any{"id": []connec.ExternalID{id}, "name": LastName(p.Mark)}
	if collection == people {
		attributes = map[string]any{"id": []connec.ExternalID{id}, "first_name": FirstName, "last_name": LastName(p.Mark)}
	}
	// Until an answer says otherwise the record may be there: whoever cleans up finds it by this ID.
	at := p.leave(collection, record{key: id.String()}, unseen)
	a, err := p.send(ctx, http.MethodPost, collection, "", attributes)
	if err != nil {
		return record{}, id, err
	}
	if a.refused {
		p.left = p.left[:len(p.left)-1]
		return record{}, id, fmt.Errorf("the hub will not make a record that bears %s (%d): do the credentials belong to %s/%s?", id, a.status, p.Provider, p.Realm)
	}
	at.record, at.state = a.record, active
	if a.status != http.StatusCreated {
		at.state = "not the probe's own: it was there before, and now bears " + id.String()
		return record{}, id, fmt.Errorf("a POST with a new ID was answered with status %d by record %s, which the probe did not make: look at it", a.status, a.key)
	}
	back, err := p.getByID(ctx, collection, id)
	switch {
	case err != nil:
		return record{}, id, err
	case back.refused || back.uuid != a.uuid:
		return record{}, id, fmt.Errorf("the record made with %s does not answer to it: do the credentials belong to %s/%s?", id, p.Provider, p.Realm)
	}
	return back.record, id, nil
}

func (p *prober) makeRecords(ctx context.Context) (err error) {
	if p.a, _, err = p.create(ctx, people); err != nil {
		return err
	}
	p.b, _, err = p.create(ctx, people)
	return err
}

// refresh reads both people again.
func (p *prober) refresh(ctx context.Context) error {
	for _, r := range []*record{&p.a, &p.b} {
		now, err := p.get(ctx, people, r.uuid)
		if err != nil {
			return err
		}
		if now.refused || now.uuid != r.uuid {
			return fmt.Errorf("record %s is no longer there", r.key)
		}
		*r = now.record
	}
	return nil
}

// errNoSecondID says that the hub would not add an ID that nobody bears: nothing can then be told of IDs that others do.
var errNoSecondID = errors.New("an update by UUID does not add a further ID of the application, though no record bears it")

// link gives the record a new ID by the update that is known to add one, or returns errNoSecondID.
func (p *prober) link(ctx context.Context, r *record) (connec.ExternalID, error) {
	id := p.ownID()
	a, err := p.send(ctx, http.MethodPut, people, r.uuid, map[string]any{"id": []connec.ExternalID{id}})
	if err != nil {
		return id, err
	}
	now, err := p.get(ctx, people, r.uuid)
	if err != nil {
		return id, err
	}
	if a.refused || !now.bears(id) {
		return id, errNoSecondID
	}
	*r = now.record
	return id, nil
}

// retire takes what was made out of use, which is as near to deleting as the API comes.
func (p *prober) retire(ctx context.Context) error {
	for _, l := range p.left {
		if l.state != active {
			continue
		}
		a, err := p.send(ctx, http.MethodPut, l.collection, l.uuid, map[string]any{"status": "INACTIVE"})
		if err != nil {
			return err
		}
		l.state = "INACTIVE"
		if a.refused {
			l.state = fmt.Sprintf("ACTIVE: the hub will not make it INACTIVE (%d)", a.status)
		}
	}
	p.left = slices.DeleteFunc(p.left, func(l *left) bool { return l.state == gone })
	return nil
}

// States of the records made.
const (
	active = "ACTIVE"
	unseen = "perhaps made: no answer was seen"
	gone   = "gone" // a merge took it away
)

func (p *prober) leave(collection string, r record, state string) *left {
	l := &left{collection, r, state}
	p.left = append(p.left, l)
	return l
}

// Leaves says what a probe makes and cannot take away, for the question that comes before it.
func Leaves(o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "2 people named %q", FirstName+" "+LastName(o.Mark))
	if o.Native {
		fmt.Fprintf(&b, ", 2 organizations named %q, of which one is merged into the other", LastName(o.Mark))
	}
	fmt.Fprintf(&b, ", with IDs %s/%s/sameas-probe-%s-1, -2, ... and one of %s/%s", o.Provider, o.Realm, o.Mark, o.ForeignProvider, o.ForeignRealm)
	b.WriteString("; perhaps one organization that the hub makes by itself for a reference that matches nothing")
	return b.String()
}
