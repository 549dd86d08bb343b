package sandbox

import (
	"net/http"
	"net/url"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// get reads one record: by UUID, or by external ID when opts[provider] and opts[realm] are given.
func (q request) get(collection, id string) (answer, error) {
	values, err := url.ParseQuery(q.query)
	if err != nil {
		return answer{}, badRequest("query: %v", err)
	}
	if err := onlyKnown(values, "opts[provider]", "opts[realm]"); err != nil {
		return answer{}, err
	}
	provider, realm := values.Get("opts[provider]"), values.Get("opts[realm]")
	if (provider == "") != (realm == "") {
		return answer{}, badRequest("opts: want provider and realm, or neither")
	}
	s := q.server
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.collections[collection]
	if provider == "" {
		r := c.find(id)
		if r == nil {
			return answer{}, notFound()
		}
		return q.single(http.StatusOK, c, r), nil
	}
	r, err := s.byExternalID(c, connec.ExternalID{Provider: provider, Realm: realm, ID: id})
	if err != nil {
		return answer{}, err
	}
	return q.single(http.StatusOK, c, r), nil
}

// byExternalID finds the record that a GET by this ID answers with.
func (s *Server) byExternalID(c *collection, e connec.ExternalID) (*record, error) {
	if c == nil {
		return nil, notFound()
	}
	if e.IsHub() {
		if r := c.find(e.ID); r != nil && s.hubID(r) == e {
			return r, nil
		}
		return nil, notFound()
	}
	id, known := s.names.find(e)
	slots := c.holders(id)
	if !known || len(slots) == 0 {
		return nil, notFound()
	}
	if len(slots) > 1 {
		s.consulted.note(behaviour.GetAmbiguous)
	}
	slot, err := choose(s.o.Behave.GetAmbiguous, slots, "%s names %d records", e, len(slots))
	if err != nil {
		return nil, err
	}
	return &c.records[slot], nil
}

// choose picks one of the slots, which are in order of arrival.
func choose(rule string, slots []uint32, format string, args ...any) (uint32, error) {
	switch {
	case len(slots) > 1 && rule == "error":
		return 0, conflict("ambiguous-id", format, args...)
	case rule == "newest":
		return slots[len(slots)-1], nil
	}
	return slots[0], nil
}
