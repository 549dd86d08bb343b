package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/renameio/v2"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// slabSize is how much text of loaded records is kept in one piece: a million small allocations cost more than they hold.
const slabSize = 1 << 20

// loader reads records as the API shows them, one JSON object a line.
type loader struct {
	s    *Server
	c    *collection
	slab []byte
}

// Load adds the records of an NDJSON file to a collection. Each must bear its ID at the hub; references need not have
// their targets loaded, before or after. An error names the line; the records before it stay.
func (s *Server) Load(name string, ndjson io.Reader) error {
	if name == "" {
		return fmt.Errorf("load: no collection named")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	if c == nil {
		c = newCollection(name)
		s.collections[name] = c
	}
	l := &loader{s: s, c: c}
	lines := bufio.NewScanner(ndjson)
	lines.Buffer(make([]byte, 1<<16), maxBody)
	var compact bytes.Buffer
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		compact.Reset()
		err := json.Compact(&compact, line)
		switch {
		case err != nil:
		case !utf8.Valid(line):
			err = fmt.Errorf("the text is not UTF-8")
		default:
			err = l.add(compact.Bytes())
		}
		if err != nil {
			return fmt.Errorf("load %s, line %d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	return nil
}

// keep copies text to a place that outlives the line.
func (l *loader) keep(text []byte) []byte {
	if len(text) > slabSize/4 {
		return bytes.Clone(text)
	}
	if len(text) > cap(l.slab)-len(l.slab) {
		l.slab = make([]byte, 0, slabSize)
	}
	at := len(l.slab)
	l.slab = append(l.slab, text...)
	return l.slab[at:len(l.slab):len(l.slab)]
}

// add stores one record, given as compact JSON.
func (l *loader) add(object []byte) error {
	if object[0] != '{' {
		return fmt.Errorf("a record is a JSON object, not %.20q", object)
	}
	now := l.s.o.Now().Unix()
	r := record{created: now, updated: now}
	rest := make([]byte, 0, len(object))
	err := eachMember(object[1:len(object)-1], func(name string, value, whole []byte) error {
		switch name {
		case "id":
			return l.identify(&r, value)
		case "created_at":
			return readTime(&r.created, name, value)
		case "updated_at":
			return readTime(&r.updated, name, value)
		case "group_id", "channel_id", "resource_type", "opts":
			return nil
		}
		if strings.HasSuffix(name, "_id") {
			stored, err := l.refer(&r, name, value)
			if err != nil || stored {
				return err
			}
		}
		if len(rest) > 0 {
			rest = append(rest, ',')
		}
		rest = append(rest, whole...)
		return nil
	})
	if err != nil {
		return err
	}
	if r.uuid == "" {
		return fmt.Errorf("the record has no ID of the provider %q", connec.HubProvider)
	}
	if l.c.find(r.uuid) != nil {
		return fmt.Errorf("a second record with the ID %s", r.uuid)
	}
	r.members, r.nested = l.keep(rest), holdsReference(rest)
	l.c.codes = max(l.c.codes, codeNumber(l.c.name, rest))
	slices.SortFunc(r.refs, func(a, b reference) int { return strings.Compare(a.field, b.field) })
	l.c.insert(r)
	return nil
}

// decodedIDs reads an ID or reference from its JSON text.
func (l *loader) decodedIDs(name string, text []byte) (any, []connec.ExternalID, error) {
	value, err := decodeValue(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	ids, err := externalIDs(value, l.s.o.Channel)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return value, ids, nil
}

func (l *loader) identify(r *record, text []byte) error {
	ids, plain := plainIDs(text)
	if !plain {
		var err error
		if _, ids, err = l.decodedIDs("id", text); err != nil {
			return err
		}
	}
	r.ids = make([]identifier, 0, len(ids))
	for _, e := range ids {
		ns := l.s.names.intern(e.Provider, e.Realm)
		if e.IsHub() {
			r.channel, r.uuid = ns, string(l.keep([]byte(e.ID)))
			continue
		}
		id := identifier{ns, e.ID}
		if !slices.Contains(r.ids, id) {
			r.ids = append(r.ids, id)
		}
	}
	return nil
}

// refer stores a member that is a reference; stored is false when it is an ordinary one after all.
func (l *loader) refer(r *record, name string, text []byte) (stored bool, err error) {
	target := referenceTarget(name)
	if target == "" && text[0] != '[' {
		return false, nil
	}
	ids, plain := plainIDs(text)
	if !plain {
		value, decoded, err := l.decodedIDs(name, text)
		if err != nil || !isReference(name, value) {
			return false, err
		}
		ids = decoded
	}
	if len(ids) == 0 {
		return true, nil
	}
	ref := reference{field: l.s.names.text(name), target: target, uuid: hubUUID(ids)}
	if c := l.s.collections[target]; c.find(ref.uuid) != nil {
		ref.uuid = c.find(ref.uuid).uuid // the target's own text, so that it is held once
	} else {
		ref.given = ids
	}
	r.refs = append(r.refs, ref)
	return true, nil
}

func readTime(seconds *int64, name string, text []byte) error {
	if string(text) == `""` {
		return nil // no value, as everywhere in the API
	}
	var at time.Time
	if err := json.Unmarshal(text, &at); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*seconds = at.Unix()
	return nil
}

// Save writes every collection to DIR/<collection>.ndjson, each file whole or not at all, and returns the files that it
// wrote.
func (s *Server) Save(dir string) (written []string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("save: %w", err)
	}
	for _, name := range s.collectionNames() {
		path := filepath.Join(dir, name+".ndjson")
		if err := s.saveCollection(path, s.collections[name]); err != nil {
			return written, fmt.Errorf("save %s: %w", name, err)
		}
		written = append(written, path)
	}
	return written, nil
}

// Collections are the names of those that the server holds, sorted.
func (s *Server) Collections() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.collectionNames()
}

func (s *Server) collectionNames() []string {
	names := make([]string, 0, len(s.collections))
	for name := range s.collections {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *Server) saveCollection(path string, c *collection) error {
	file, err := renameio.NewPendingFile(path, renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer file.Cleanup()
	out := bufio.NewWriterSize(file, 1<<16)
	if err := s.write(out, c); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}

// write shows the records as the API does with the external IDs, one a line.
func (s *Server) write(out io.Writer, c *collection) error {
	w := renderer{s: s, external: true}
	var line []byte
	for i := range c.records {
		r := &c.records[i]
		if r.gone {
			continue
		}
		line = append(w.record(line[:0], c, r), '\n')
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// LoadDir loads what Save wrote: every DIR/<collection>.ndjson. Organizations go first, so that references to them are
// compact; any order gives the same server.
func (s *Server) LoadDir(dir string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if len(paths) == 0 {
		return fmt.Errorf("load %s: no .ndjson file in it", dir)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if err := s.loadFile(path); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) loadFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	defer file.Close()
	return s.Load(strings.TrimSuffix(filepath.Base(path), ".ndjson"), file)
}

// Clone is a server with the same records that goes its own way from here: without faults, latency and request log.
// Records are shared until one of the two writes them.
func (s *Server) Clone() *Server { return s.clone(s.o) }

// With is a Clone that behaves otherwise. It has been asked for nothing yet: Consulted begins anew.
func (s *Server) With(b Behave) (*Server, error) {
	o := s.o
	o.Behave = b
	o = o.withDefaults()
	return s.clone(o), o.Behave.check()
}

func (s *Server) clone(o Options) *Server {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o.Faults, o.Latency, o.Requests = Faults{}, 0, nil
	n := &Server{
		o: o, apps: slices.Clone(s.apps), journal: newRequestLog(nil, o.Now),
		names: s.names.clone(), collections: map[string]*collection{}, created: s.created,
	}
	if o.Behave.Order == behaviour.Unstable {
		n.draws = newDraws(o.Seed)
	}
	for name, c := range s.collections {
		n.collections[name] = c.clone()
	}
	return n
}

// Shown is a record as the API shows it.
type Shown struct {
	Key  connec.ExternalID   // the hub's own ID
	IDs  []connec.ExternalID // the others, in the record's order
	Body []byte              // JSON; good until the next record
}

// Each calls f for every record of the collection, in order of arrival.
func (s *Server) Each(collection string, f func(Shown)) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.collections[collection]
	if c == nil {
		return
	}
	w := renderer{s: s, external: true}
	var body []byte
	for i := range c.records {
		r := &c.records[i]
		if r.gone {
			continue
		}
		body = w.record(body[:0], c, r)
		f(Shown{Key: s.hubID(r), IDs: slices.DeleteFunc(s.allIDs(r), connec.ExternalID.IsHub), Body: body})
	}
}
