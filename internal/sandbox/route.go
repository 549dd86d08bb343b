package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const apiRoot = "/api/v2"

// request is one operation: a request, or an entry of a batch.
type request struct {
	server   *Server
	app      credentials
	method   string
	path     string // escaped
	query    string // raw
	body     []byte
	external bool   // answer with external IDs
	base     string // scheme and host of links
	number   uint64 // random, for what is unstable
	batched  bool
}

// route finds the operation that method and path name.
func (q request) route() (answer, error) {
	path := strings.Trim(q.path, "/")
	if path == "version" && q.method == http.MethodGet {
		return ok(http.StatusOK, []byte(`{"ci_build_number":"sandbox","ci_branch":"v1.1","ci_commit":"sandbox"}`)), nil
	}
	if path == "batch" && q.method == http.MethodPost && !q.batched {
		return q.batch()
	}
	rest, found := strings.CutPrefix(path, strings.Trim(apiRoot, "/")+"/")
	if !found {
		return answer{}, notFound()
	}
	parts, err := segments(rest)
	if err != nil {
		return answer{}, badRequest("path %s: %v", q.path, err)
	}
	if group := parts[0]; group != q.server.o.Group && group != q.server.o.Channel {
		return answer{}, notFound()
	}
	if len(parts) == 1 {
		if q.method != http.MethodGet {
			return answer{}, notFound()
		}
		return q.links()
	}
	parts[len(parts)-1] = strings.TrimSuffix(parts[len(parts)-1], ".json")
	if !q.server.serves(parts[1]) {
		return answer{}, badRequest("Unknown Resource")
	}
	return q.resource(parts[1], parts[2:])
}

// resource carries out what a path below a collection names.
func (q request) resource(collection string, rest []string) (answer, error) {
	switch {
	case len(rest) == 0 && q.method == http.MethodGet:
		return q.list(collection)
	case len(rest) == 0 && q.method == http.MethodPost:
		return q.post(collection)
	case len(rest) == 1 && q.method == http.MethodGet:
		return q.get(collection, rest[0])
	case len(rest) == 1 && q.method == http.MethodPut:
		return q.put(collection, rest[0])
	case len(rest) == 2 && rest[1] == "merge" && q.method == http.MethodPut:
		return q.merge(collection, rest[0])
	}
	return answer{}, notFound()
}

// segments are the path's parts, unescaped one by one: an ID may hold a slash.
func segments(path string) ([]string, error) {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		text, err := url.PathUnescape(part)
		if err != nil {
			return nil, err
		}
		parts[i] = text
	}
	return parts, nil
}

// serves reports whether the collection is there, or is one that the API is known to have.
func (s *Server) serves(collection string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.collections[collection] != nil || knownCollection(collection)
}

// links lists the collections, as the API's root does.
func (q request) links() (answer, error) {
	q.server.mu.RLock()
	var collections []string
	for name := range q.server.collections {
		collections = append(collections, name)
	}
	q.server.mu.RUnlock()
	slices.Sort(collections)
	type link map[string]map[string]string
	all := []link{}
	for _, name := range collections {
		href := q.base + apiRoot + "/" + url.PathEscape(q.server.o.Group) + "/" + name
		all = append(all, link{name: {"href": href}})
	}
	body, err := json.Marshal(map[string][]link{"_links": all})
	return ok(http.StatusOK, body), err
}

func ok(status int, body []byte) answer { return answer{status: status, body: body} }

// single is the envelope of one record: the plural key with an object.
func (q request) single(status int, c *collection, r *record) answer {
	b := make([]byte, 0, 512+len(r.members))
	b = append(b, '{')
	b = appendString(b, c.name)
	b = append(b, ':')
	w := renderer{s: q.server, external: q.external, created: q.method == http.MethodPost}
	b = w.record(b, c, r)
	a := ok(status, append(b, '}'))
	if status == http.StatusCreated {
		a.location = q.base + apiRoot + "/" + url.PathEscape(q.server.o.Group) + "/" + c.name + "/" + url.PathEscape(r.uuid)
	}
	return a
}
