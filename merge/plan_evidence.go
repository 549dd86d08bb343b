package merge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// forest finds which keys hang together.
type forest map[string]string

func (f forest) root(key string) string {
	for {
		parent, ok := f[key]
		if !ok || parent == key {
			return key
		}
		if grand, ok := f[parent]; ok {
			f[key] = grand
		}
		key = parent
	}
}

// join makes one tree of two, rooted at the smaller key, and reports whether they were two.
func (f forest) join(a, b string) bool {
	a, b = f.root(a), f.root(b)
	if a == b {
		return false
	}
	f[max(a, b)] = min(a, b)
	return true
}

// parts splits the cluster where only fuzzy evidence below the threshold holds it together: what is written into an
// external ID cannot be taken back, so IDs and values flow inside a part alone. Parts come by their smallest key.
func (c *cluster) parts(attach float64) []*cluster {
	f := forest{}
	for _, b := range c.bonds {
		if b.probability() >= attach {
			f.join(b.A, b.B)
		}
	}
	byRoot := map[string]*cluster{}
	var parts []*cluster
	for _, m := range c.members {
		root := f.root(m.Key)
		part := byRoot[root]
		if part == nil {
			part = &cluster{collection: c.collection, id: c.id, reviewID: c.reviewID, reason: c.reason}
			byRoot[root] = part
			parts = append(parts, part)
		}
		part.members = append(part.members, m)
	}
	for _, b := range c.bonds {
		if root := f.root(b.A); root == f.root(b.B) {
			byRoot[root].bonds = append(byRoot[root].bonds, b)
		}
	}
	return parts
}

// bestLink is the highest probability of an edge between a record of the part and one outside it; 0 when there is none.
func (c *cluster) bestLink(part *cluster) (p float64, other string) {
	inside := map[string]bool{}
	for _, m := range part.members {
		inside[m.Key] = true
	}
	for _, b := range c.bonds {
		if inside[b.A] == inside[b.B] || b.probability() <= p {
			continue
		}
		p, other = b.probability(), b.A
		if inside[b.A] {
			other = b.B
		}
	}
	return p, other
}

// evidence is what the cluster rests on: of all ways to join its records the strongest, and in that the kinds of edges
// and the weakest fuzzy one.
func (c *cluster) evidence() Reason {
	bonds := slices.Clone(c.bonds)
	slices.SortStableFunc(bonds, func(a, b bond) int {
		return cmp.Or(preferTrue(a.certain(), b.certain()), cmp.Compare(b.probability(), a.probability()),
			cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B), cmp.Compare(a.Kind, b.Kind))
	})
	r := Reason{Probability: 1}
	f := forest{}
	for _, b := range bonds {
		if !f.join(b.A, b.B) {
			continue
		}
		if !slices.Contains(r.Kinds, b.Kind) {
			r.Kinds = append(r.Kinds, b.Kind)
		}
		r.Probability = min(r.Probability, b.probability())
	}
	slices.Sort(r.Kinds)
	r.Text = cmp.Or(c.reason, r.words())
	if r.Text == "" && len(c.members) == 1 { // one record by itself gains only what is told of it
		r.Text = "a crosswalk tells the ID of this record"
	}
	return r
}

func (r Reason) words() string {
	var texts []string
	for _, kind := range r.Kinds {
		switch kind {
		case "shared_id":
			texts = append(texts, "they share an external ID")
		case "link":
			texts = append(texts, "a crosswalk links them")
		case "decision":
			texts = append(texts, "a person judged them the same")
		default:
			texts = append(texts, fmt.Sprintf("they look alike (at least %.4f)", r.Probability))
		}
	}
	return strings.Join(texts, "; ")
}
