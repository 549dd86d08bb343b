package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
)

// defaultTop is the page size when $top is absent.
const defaultTop = 100

// listQuery is a list's parameters.
type listQuery struct {
	skip, top       int
	asked           int // $top, before the server's own limit
	filter, orderBy string
}

// onlyKnown refuses parameters that look like the API's own but are not served here; others mean nothing to it.
func onlyKnown(values url.Values, known ...string) error {
	for _, name := range sortedNames(values) {
		special := strings.HasPrefix(name, "$") || strings.HasPrefix(name, "opts[") || strings.HasPrefix(name, "mappings[")
		if special && !slices.Contains(known, name) {
			return badRequest("parameter %s is not supported here", name)
		}
	}
	return nil
}

func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (q request) listQuery() (listQuery, error) {
	values, err := url.ParseQuery(q.query)
	if err != nil {
		return listQuery{}, badRequest("query: %v", err)
	}
	if err := onlyKnown(values, "$top", "$skip", "$filter", "$orderby"); err != nil {
		return listQuery{}, err
	}
	l := listQuery{top: defaultTop, filter: values.Get("$filter"), orderBy: values.Get("$orderby")}
	if text := values.Get("$top"); text != "" {
		if l.top, err = strconv.Atoi(text); err != nil || l.top < 1 {
			return listQuery{}, badRequest("$top %q: want a whole number of at least 1", text)
		}
	}
	if text := values.Get("$skip"); text != "" {
		if l.skip, err = strconv.Atoi(text); err != nil || l.skip < 0 {
			return listQuery{}, badRequest("$skip %q: want a whole number of at least 0", text)
		}
	}
	l.asked = l.top
	l.top = min(l.top, q.server.o.PageMax)
	return l, nil
}

// list answers with one page.
func (q request) list(name string) (answer, error) {
	l, err := q.listQuery()
	if err != nil {
		return answer{}, err
	}
	s := q.server
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.collections[name]
	if c == nil {
		c = newCollection(name)
	}
	v, err := s.ordered(c, l.filter, l.orderBy)
	if err != nil {
		return answer{}, err
	}
	s.noteList(l, v)
	drift := 0
	if s.o.Behave.Order == behaviour.Unstable {
		drift = int(q.number % 4)
	}
	b := make([]byte, 0, 1024*min(l.top, 100))
	b = append(b, '{')
	b = appendString(b, name)
	b = append(b, `:[`...)
	w := renderer{s: s, external: q.external}
	for i := l.skip; i < v.total && i-l.skip < l.top; i++ {
		if i > l.skip {
			b = append(b, ',')
		}
		b = w.record(b, c, &c.records[v.at(i, drift)])
	}
	b = append(b, `],"pagination":`...)
	b = q.pagination(b, name, l, v.total)
	return ok(http.StatusOK, append(b, '}')), nil
}

// smallPage is the smallest page that a public client is known to ask for: a server that grants less is not thought of.
const smallPage = 20

// noteList notes what the page depends on: how many records it may hold, and the order of those that sort equal.
func (s *Server) noteList(l listQuery, v sequence) {
	if min(l.asked, v.total-l.skip) > smallPage {
		s.consulted.note(behaviour.PageMax)
	}
	for i := max(l.skip-1, 0); i+1 < v.total && i < l.skip+l.top; i++ {
		if v.same == nil || v.same(v.slot(i), v.slot(i+1)) {
			s.consulted.note(behaviour.Order)
			return
		}
	}
}

// pagination is the page object; `next` is absolute, with percent-encoded names, and absent on the last page.
func (q request) pagination(b []byte, name string, l listQuery, total int) []byte {
	b = append(b, `{"skip":`...)
	b = strconv.AppendInt(b, int64(l.skip), 10)
	b = append(b, `,"top":`...)
	b = strconv.AppendInt(b, int64(l.top), 10)
	b = append(b, `,"total":`...)
	b = strconv.AppendInt(b, int64(total), 10)
	if next := l.skip + l.top; next < total {
		values := url.Values{"$skip": {strconv.Itoa(next)}, "$top": {strconv.Itoa(l.top)}}
		if l.filter != "" {
			values.Set("$filter", l.filter)
		}
		if l.orderBy != "" {
			values.Set("$orderby", l.orderBy)
		}
		b = append(b, `,"next":`...)
		b = appendString(b, q.base+apiRoot+"/"+url.PathEscape(q.server.o.Group)+"/"+name+"?"+values.Encode())
	}
	return append(b, '}')
}
