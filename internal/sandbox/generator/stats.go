package generator

// Stats counts the world by collection ("people", "organizations"). The figures are counted from the records written,
// and agree with the truth file.
type Stats map[string]*Counts

// Counts are one collection's figures.
type Counts struct {
	// Entities is how many people or organizations the files hold at least one record of.
	Entities int `json:"entities"`
	// HubRecords is how many records the hub holds, HubEntities of how many entities, HubDuplicated of how many of these it holds
	// more than one.
	HubRecords    int `json:"hub_records"`
	HubEntities   int `json:"hub_entities"`
	HubDuplicated int `json:"hub_duplicated"`
	// DuplicatesByKind counts the hub records beyond an entity's first, by the kind in the truth.
	DuplicatesByKind map[string]int `json:"duplicates_by_kind"`
	// RecordsByKind counts all records of the truth by kind.
	RecordsByKind map[string]int `json:"records_by_kind"`
	// A and B are the applications' own records.
	A AppCounts `json:"a"`
	B AppCounts `json:"b"`
	// Links is how many lines the crosswalk has, CrosswalkErrors how many of them name another entity's record;
	// WrongLinks is how many hub records bear the ID of another entity's record.
	Links           int `json:"links"`
	CrosswalkErrors int `json:"crosswalk_errors"`
	WrongLinks      int `json:"wrong_links"`
}

// AppCounts are one application's figures for one collection.
type AppCounts struct {
	// Records is how many records it holds, Duplicates how many of them beyond the first of their entity.
	Records    int `json:"records"`
	Duplicates int `json:"duplicates"`
	// Known is how many of its records the hub holds under their ID; Twins how many it does not, but holds the entity;
	// Unknown how many whose entity it does not hold. They add up to Records.
	Known   int `json:"known"`
	Twins   int `json:"twins"`
	Unknown int `json:"unknown"`
	// PullCreates is how many records its first sync would create in it (hub records without an ID of it),
	// PullDuplicates how many of these it holds the entity of already. (Twins is what its push would duplicate in the hub.)
	PullCreates    int `json:"pull_creates"`
	PullDuplicates int `json:"pull_duplicates"`
}

func (s Stats) add(o Stats) {
	for k, c := range o {
		if s[k] == nil {
			s[k] = &Counts{DuplicatesByKind: map[string]int{}, RecordsByKind: map[string]int{}}
		}
		s[k].add(c)
	}
}

func (c *Counts) add(o *Counts) {
	c.Entities += o.Entities
	c.HubRecords += o.HubRecords
	c.HubEntities += o.HubEntities
	c.HubDuplicated += o.HubDuplicated
	c.Links += o.Links
	c.CrosswalkErrors += o.CrosswalkErrors
	c.WrongLinks += o.WrongLinks
	c.A.add(o.A)
	c.B.add(o.B)
	for k, n := range o.DuplicatesByKind {
		c.DuplicatesByKind[k] += n
	}
	for k, n := range o.RecordsByKind {
		c.RecordsByKind[k] += n
	}
}

func (a *AppCounts) add(o AppCounts) {
	a.Records += o.Records
	a.Duplicates += o.Duplicates
	a.Known += o.Known
	a.Twins += o.Twins
	a.Unknown += o.Unknown
	a.PullCreates += o.PullCreates
	a.PullDuplicates += o.PullDuplicates
}

// countGroup adds one group's figures.
func countGroup[T content[T]](c *Counts, g *group[T]) {
	if c.DuplicatesByKind == nil {
		c.DuplicatesByKind, c.RecordsByKind = map[string]int{}, map[string]int{}
	}
	inHub := make([]int, len(g.entities))
	for i := range g.hubs {
		h := &g.hubs[i]
		inHub[h.ent]++
		c.RecordsByKind[h.kind]++
		if inHub[h.ent] > 1 {
			c.DuplicatesByKind[h.kind]++
		}
		if h.kind == "wrong_link" {
			c.WrongLinks++
		}
	}
	c.HubRecords += len(g.hubs)
	c.Links += len(g.links)
	c.CrosswalkErrors += g.slips
	a, b := countApp(&c.A, g, appA, inHub), countApp(&c.B, g, appB, inHub)
	for e, n := range inHub {
		if n > 0 {
			c.HubEntities++
		}
		if n > 1 {
			c.HubDuplicated++
		}
		if n > 0 || a[e] > 0 || b[e] > 0 {
			c.Entities++
		}
	}
	for i := range g.locals {
		if g.locals[i].app <= appB {
			c.RecordsByKind[g.locals[i].kind]++
		}
	}
}

// countApp adds one application's figures and returns how many records it holds of each entity.
func countApp[T content[T]](c *AppCounts, g *group[T], a app, inHub []int) []int {
	held := make([]int, len(g.entities))
	s := systemOf(a)
	known := map[string]bool{}
	for i := range g.hubs {
		for _, id := range g.hubs[i].ids {
			if id.Provider == s.provider && id.Realm == s.realm {
				known[id.ID] = true
			}
		}
	}
	for i := range g.locals {
		l := &g.locals[i]
		if l.app != a {
			continue
		}
		c.Records++
		held[l.ent]++
		if held[l.ent] > 1 {
			c.Duplicates++
		}
		switch {
		case known[l.id]:
			c.Known++
		case inHub[l.ent] > 0:
			c.Twins++
		default:
			c.Unknown++
		}
	}
	for i := range g.hubs {
		if !g.hubs[i].bears(s) {
			c.PullCreates++
			if held[g.hubs[i].ent] > 0 {
				c.PullDuplicates++
			}
		}
	}
	return held
}

// bears reports whether the hub record has an ID of the application, placeholders included: the framework takes it for known.
func (h *hubRec[T]) bears(s system) bool {
	for _, id := range h.ids {
		if id.Provider == s.provider && id.Realm == s.realm {
			return true
		}
	}
	return false
}
