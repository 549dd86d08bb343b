// Package sandbox is a Connec!(TM) server on loopback: the documented behaviour, switches for what the public record
// leaves unsaid, faults, and the connectors of two applications that sync with it.
//
// A request passes through these steps, one file each:
//
//	server.go    body, faults, authentication, answer, log line
//	route.go     path and query to one of the operations
//	list.go      a page of a collection: order.go sorts it, filter.go selects
//	read.go      one record, by UUID or by external ID
//	write.go     POST (upsert) and PUT (partial update); ids.go and references.go say what becomes of IDs and references
//	merge.go     Connec!'s own merge
//	batch.go     several writes in one request
//
// What is stored is in store.go; decode.go and render.go turn it from and into the API's JSON. behave.go names what is
// not documented and how the server then behaves. connector*.go play applications that sync with the server.
package sandbox

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// Defaults of Options: the names of the generated world.
const (
	DefaultGroup    = "cld-sandbox"
	DefaultChannel  = "org-sandbox"
	DefaultKey      = "sandbox-key"
	DefaultSecret   = "sandbox-secret"
	DefaultProvider = "my-application"
	DefaultRealm    = "2243"
	// DefaultPageMax is the greatest $top that any public client asks for; what the real server allows is not documented.
	DefaultPageMax = 100
)

// Options configure a server. The zero value is the generated world's server, without faults.
type Options struct {
	// Group is the application instance's group_id; requests may name it or the channel.
	Group string
	// Channel is the company's uid: the realm of the hub's own IDs.
	Channel string
	// Key and Secret are the basic-auth credentials of the application being onboarded.
	Key, Secret string
	// Provider and Realm are that application's; an ID of any other is foreign to these credentials.
	Provider, Realm string
	// PageMax is the greatest $top granted; 0 means DefaultPageMax. Behave.PageMax, when set, goes before it.
	PageMax int
	// Behave says what the server does where the documentation is silent.
	Behave Behave
	// Faults are the shares of requests that go wrong.
	Faults Faults
	// Latency is how long each answer is held back.
	Latency time.Duration
	// Requests receives one JSON object a line for every request handled; nil for none.
	Requests io.Writer
	// Seed fixes new UUIDs, faults and the unstable order.
	Seed uint64
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// BaseURL begins the `next` links; "" means http:// and the request's Host.
	BaseURL string
}

func (o Options) withDefaults() Options {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&o.Group, DefaultGroup)
	set(&o.Channel, DefaultChannel)
	set(&o.Key, DefaultKey)
	set(&o.Secret, DefaultSecret)
	set(&o.Provider, DefaultProvider)
	set(&o.Realm, DefaultRealm)
	if o.PageMax == 0 {
		o.PageMax = DefaultPageMax
	}
	if o.Behave.PageMax > 0 {
		o.PageMax = o.Behave.PageMax
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Behave = o.Behave.withDefaults()
	return o
}

// credentials are one application's key to the server, with the IDs that are its own.
type credentials struct {
	key, secret, provider, realm string
	also                         []providerRealm // further accounts whose IDs are no other application's
}

func (c credentials) owns(e connec.ExternalID) bool {
	return e.Provider == c.provider && e.Realm == c.realm || slices.Contains(c.also, providerRealm{e.Provider, e.Realm})
}

// Server is a Connec! server in memory. It is safe for concurrent use; writes are serialised.
type Server struct {
	o       Options
	apps    []credentials
	journal *requestLog
	draws   *draws

	consulted consulted

	mu          sync.RWMutex
	names       *names
	collections map[string]*collection
	created     uint64 // counts new UUIDs
}

// New returns an empty server.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if o.PageMax < 1 {
		return nil, fmt.Errorf("page maximum %d: want at least 1", o.PageMax)
	}
	if err := o.Behave.check(); err != nil {
		return nil, err
	}
	if err := o.Faults.check(); err != nil {
		return nil, err
	}
	s := &Server{
		o:           o,
		apps:        []credentials{{key: o.Key, secret: o.Secret, provider: o.Provider, realm: o.Realm}},
		journal:     newRequestLog(o.Requests, o.Now),
		names:       newNames(),
		collections: map[string]*collection{},
	}
	if !o.Faults.none() || o.Behave.Order == "unstable" {
		s.draws = newDraws(o.Seed)
	}
	for _, name := range []string{"organizations", "people"} {
		s.collections[name] = newCollection(name)
	}
	return s, nil
}

// Allow adds the credentials of a further application, whose own IDs are those of the provider and realm.
// Call it before the server is used.
func (s *Server) Allow(key, secret, provider, realm string) {
	s.apps = append(s.apps, credentials{key: key, secret: secret, provider: provider, realm: realm})
}

// AlsoOwn makes the IDs of a further provider and realm the first application's own. Call it before the server is used.
func (s *Server) AlsoOwn(provider, realm string) {
	s.apps[0].also = append(s.apps[0].also, providerRealm{provider, realm})
}

// Options returns what the server runs with, defaults filled in.
func (s *Server) Options() Options { return s.o }

// Len is the number of records of a collection.
func (s *Server) Len(collection string) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.collections[collection]
	if c == nil {
		return 0
	}
	return c.live()
}

// hubID is a record's own ID at the hub.
func (s *Server) hubID(r *record) connec.ExternalID {
	return connec.ExternalID{Provider: connec.HubProvider, Realm: s.names.of(r.channel).realm, ID: r.uuid}
}
