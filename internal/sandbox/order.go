package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
)

// sequence is a list's records in order.
type sequence struct {
	slots []uint32 // nil: the collection's own order, which has no gaps
	total int
	same  func(a, b uint32) bool // whether two slots sort equal

	first, end int // the run found last
}

// at is the slot at a position. A drift other than 0 turns each run of equal records by that many places: what a
// database may do between two requests whose order leaves ties.
func (v *sequence) at(i, drift int) uint32 {
	if drift == 0 {
		return v.slot(i)
	}
	if i < v.first || i >= v.end {
		v.first, v.end = v.run(i)
	}
	return v.slot(v.first + (i-v.first+drift)%(v.end-v.first))
}

func (v *sequence) slot(i int) uint32 {
	if v.slots == nil {
		return uint32(i)
	}
	return v.slots[i]
}

// run is the extent of the records that sort equal to the one at a position.
func (v *sequence) run(i int) (first, end int) {
	if v.same == nil {
		return 0, v.total
	}
	here := v.slot(i)
	for first = i; first > 0 && v.same(v.slot(first-1), here); first-- {
	}
	for end = i + 1; end < v.total && v.same(v.slot(end), here); end++ {
	}
	return first, end
}

// ordered selects and sorts a collection. Lists are kept until a write makes them old, so a scan pays once.
func (s *Server) ordered(c *collection, filter, orderBy string) (sequence, error) {
	expression, err := parseFilter(filter)
	if err != nil {
		return sequence{}, err
	}
	by, err := parseOrder(orderBy)
	if err != nil {
		return sequence{}, err
	}
	if expression == nil && by == nil {
		if c.removed == 0 {
			return sequence{total: len(c.records)}, nil
		}
		slots := c.views.get("", c.shape, func() []uint32 { return c.matching(nil) })
		return sequence{slots: slots, total: len(slots)}, nil
	}
	stamp := c.generation
	if expression == nil && by.field == "created_at" {
		stamp = c.shape // an update leaves this order as it is
	}
	slots := c.views.get(filter+"\x00"+orderBy, stamp, func() []uint32 {
		slots := c.matching(expression)
		by.sort(c, slots)
		return slots
	})
	v := sequence{slots: slots, total: len(slots)}
	if by != nil {
		v.same = func(a, b uint32) bool { return by.compare(c, a, b) == 0 }
	}
	return v, nil
}

// matching are the slots of the records that the expression holds for; nil holds for all.
func (c *collection) matching(e expression) []uint32 {
	slots := []uint32{}
	for i := range c.records {
		if r := &c.records[i]; !r.gone && (e == nil || e.holds(c, r)) {
			slots = append(slots, uint32(i))
		}
	}
	return slots
}

// order is a parsed $orderby.
type order struct {
	field      string
	path       []string
	descending bool
}

// parseOrder reads `<field> <direction>`; the direction's case means nothing, and it may be left out.
func parseOrder(text string) (*order, error) {
	if text == "" {
		return nil, nil
	}
	words := strings.Fields(text)
	if len(words) > 2 || len(words) == 0 || !isField(words[0]) {
		return nil, badRequest("$orderby %q: want one field and asc or desc", text)
	}
	o := &order{field: words[0], path: fieldPath(words[0])}
	if len(words) == 2 {
		switch strings.ToLower(words[1]) {
		case "asc":
		case "desc":
			o.descending = true
		default:
			return nil, badRequest("$orderby %q: want asc or desc", text)
		}
	}
	return o, nil
}

// sort orders slots; records that sort equal keep their order of arrival.
func (o *order) sort(c *collection, slots []uint32) {
	if o == nil {
		return
	}
	if o.field == "created_at" || o.field == "updated_at" {
		slices.SortStableFunc(slots, func(a, b uint32) int { return o.compare(c, a, b) })
		return
	}
	keys := make(map[uint32]string, len(slots))
	for _, slot := range slots {
		keys[slot] = o.key(c, slot)
	}
	slices.SortStableFunc(slots, func(a, b uint32) int { return o.turn(strings.Compare(keys[a], keys[b])) })
}

func (o *order) compare(c *collection, a, b uint32) int {
	switch o.field {
	case "created_at":
		return o.turn(compareInt(c.records[a].created, c.records[b].created))
	case "updated_at":
		return o.turn(compareInt(c.records[a].updated, c.records[b].updated))
	}
	return o.turn(strings.Compare(o.key(c, a), o.key(c, b)))
}

func (o *order) turn(sign int) int {
	if o.descending {
		return -sign
	}
	return sign
}

// key is the text that a record sorts by; what is absent comes first.
func (o *order) key(c *collection, slot uint32) string {
	switch v := c.value(&c.records[slot], o.field, o.path).(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
