package merge

import (
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// idChoice is which IDs the records of one part of a cluster are to bear: at most one an application.
type idChoice struct {
	chosen []connec.ExternalID
	// holders counts the part's hub records that hold an ID already.
	holders map[connec.ExternalID]int
	// elsewhere are IDs that a hub record outside the part holds: none is written, and its record is withheld.
	elsewhere map[connec.ExternalID]bool
}

// chooseIDs picks, for each application that any record of the part bears a living ID of, the one that hub records
// lacking any are to gain: the survivor's own, else that of the next hub record, else the smallest of those that the
// applications' records bear or a crosswalk tells. An
// application that holds the record twice keeps its second ID out of the hub: two IDs of one account on one record
// would make its connector overwrite the one with the other.
func chooseIDs(ranked, applications []*member) idChoice {
	c := idChoice{holders: holdersAmong(ranked), elsewhere: map[connec.ExternalID]bool{}}
	taken := map[account]bool{}
	take := func(ids []heldID) {
		for _, h := range ids {
			if h.outside {
				c.elsewhere[h.id] = true
			}
			if h.spreads() && !taken[h.account()] {
				taken[h.account()] = true
				c.chosen = append(c.chosen, h.id)
			}
		}
	}
	for _, m := range ranked {
		take(m.IDs)
	}
	var rest []heldID
	for _, m := range slices.Concat(ranked, applications) {
		if !m.Hub {
			rest = append(rest, m.IDs...)
		}
		rest = append(rest, m.Linked...)
	}
	slices.SortFunc(rest, func(a, b heldID) int { return a.id.Compare(b.id) })
	take(rest)
	slices.SortFunc(c.chosen, connec.ExternalID.Compare)
	return c
}

// holdersAmong counts, for each ID, the records that hold it.
func holdersAmong(records []*member) map[connec.ExternalID]int {
	holders := map[connec.ExternalID]int{}
	for _, m := range records {
		for _, h := range m.IDs {
			holders[h.id]++
		}
	}
	return holders
}

// markOutside notes the IDs that a hub record outside the part holds too.
func (c *cluster) markOutside() {
	holders := holdersAmong(c.hubs())
	for _, m := range c.members {
		for i, h := range m.IDs {
			m.IDs[i].outside = h.Holders > holders[h.id]
		}
	}
}

// lacking are the chosen IDs that the hub record is to gain: those of applications that it bears no ID of.
func (c idChoice) lacking(m *member) []connec.ExternalID {
	var ids []connec.ExternalID
	for _, id := range c.chosen {
		if !m.holdsAny(account{id.Provider, id.Realm}) {
			ids = append(ids, id)
		}
	}
	return ids
}

// uniquely are the record's IDs, of the given accounts, that no other hub record holds: they address it alone.
func (m *member) uniquely(of func(account) bool) []connec.ExternalID {
	var ids []connec.ExternalID
	for _, h := range m.IDs {
		if h.Holders == 1 && h.spreads() && of(h.account()) {
			ids = append(ids, h.id)
		}
	}
	return ids
}

// voidsBeside are the record's IDs that are no identity, of the applications of the IDs that it is to gain.
func (m *member) voidsBeside(ids []connec.ExternalID) []connec.ExternalID {
	return slices.DeleteFunc(m.voids(), func(void connec.ExternalID) bool {
		return !slices.ContainsFunc(ids, func(id connec.ExternalID) bool { return id.Provider == void.Provider && id.Realm == void.Realm })
	})
}

func hubID(key string) connec.ExternalID {
	id, err := connec.ParseExternalID(key)
	if err != nil {
		return connec.ExternalID{Provider: connec.HubProvider, ID: key}
	}
	return id
}
