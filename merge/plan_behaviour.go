package merge

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// What the API was found to do where its documentation is silent decides which IDs a plan writes: none that the hub is
// known to refuse, to drop, or to take away from another record. What nobody has found out is a stop hazard of every
// operation that depends on it.

// Measured is what the plan was told of the API, and by which probe.
type Measured struct {
	Endpoint string             `json:"endpoint,omitempty"` // that was probed
	Group    string             `json:"group,omitempty"`
	ProbedAt string             `json:"probed_at,omitempty"`
	Found    behaviour.Settings `json:"found"`
}

// readMeasured reads the file that the configuration names; nil when there is none.
func readMeasured(c *config.Config) (*Measured, error) {
	path, named := c.BehaviourFile()
	if path == "" {
		return nil, nil
	}
	f, err := behaviour.Load(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := &Measured{Endpoint: f.Endpoint, Group: f.Group, Found: f.Settings()}
	if !f.ProbedAt.IsZero() {
		m.ProbedAt = f.ProbedAt.UTC().Format("2006-01-02T15:04:05Z")
	}
	return m, nil
}

// decisive are the questions whose answers decide what a plan writes.
func decisive() []string {
	return []string{behaviour.HeldID, behaviour.ForeignID, behaviour.MergeMovesIDs}
}

// contradicted refuses a plan that was made by a finding which the configuration's file now gives otherwise.
func contradicted(c *config.Config, h Header) error {
	if h.Behaviour == nil {
		return nil
	}
	now, err := readMeasured(c)
	if err != nil || now == nil {
		return err
	}
	for _, name := range decisive() {
		then, found := h.Behaviour.Found.Known(name), now.Found.Known(name)
		if then != "" && found != "" && then != found {
			return refuse(planAgain, "the plan was made when %s was known to be %s; by what a probe has found since it is %s", name, then, found)
		}
	}
	return nil
}

// known is the value found for a question, "" when nobody has found it out.
func (p *planner) known(question string) string {
	if p.measured == nil {
		return ""
	}
	return p.measured.Found.Known(question)
}

// writesForeign reports whether an ID of another application may be worth sending: it is not known to be in vain.
func (p *planner) writesForeign() bool {
	v := p.known(behaviour.ForeignID)
	return v == "" || v == behaviour.Accept
}

// sharesIDs reports whether an ID that one record holds may be worth giving to another: the hub is not known to refuse
// it, or to take it away from the first.
func (p *planner) sharesIDs() bool {
	v := p.known(behaviour.HeldID)
	return v == "" || v == behaviour.Share
}

// bars returns why the record is not to gain the ID, by what the hub is known to do; name is "" when nothing bars it.
func (p *planner) bars(u *unit, m *member, id connec.ExternalID) (name, text string) {
	if text := p.barsForeign(id); text != "" {
		return WithheldForeign, text
	}
	if p.sharesIDs() || !p.elsewhere(u, m, id) {
		return "", ""
	}
	does := "refuses an ID that another record holds"
	if p.known(behaviour.HeldID) == behaviour.Move {
		does = "takes an ID away from the record that holds it"
	}
	return WithheldHeld, fmt.Sprintf("a duplicate of it bears %s, or will: the hub %s", id, does)
}

// barsForeign returns why an ID of another application is not to be written; "" when it is, or is none.
func (p *planner) barsForeign(id connec.ExternalID) string {
	if p.onboarded[account{id.Provider, id.Realm}] || p.writesForeign() {
		return ""
	}
	does := "leaves it out without a word"
	if p.known(behaviour.ForeignID) == behaviour.Refused {
		does = "refuses it"
	}
	return fmt.Sprintf("%s is not of the application whose credentials write it: the hub %s", id, does)
}

// elsewhere reports whether another hub record of the part bears the ID, or is to gain it, when the record is to.
func (p *planner) elsewhere(u *unit, m *member, id connec.ExternalID) bool {
	return m != u.survivor() && !p.native() || slices.ContainsFunc(u.ranked, func(other *member) bool {
		return other != m && !p.goes(u, other) && other.holds(id.String())
	})
}

// goes reports whether Connec!'s own merge takes the record away before IDs are added to the survivor.
func (p *planner) goes(u *unit, m *member) bool { return p.native() && m != u.survivor() && m.inUse() }

// gains are the chosen IDs that the record lacks and that nothing known of the hub bars.
func (p *planner) gains(u *unit, m *member) []connec.ExternalID {
	return slices.DeleteFunc(u.ids.lacking(m), func(id connec.ExternalID) bool {
		name, _ := p.bars(u, m, id)
		return name != ""
	})
}

// withholdBarred lists what the part's hub records would gain but for what the hub is known to do.
func (p *planner) withholdBarred(u *unit) {
	gaining := u.ranked
	if p.native() || p.o.Config.Merge.Retire {
		gaining = gaining[:1] // the others go
	}
	for _, m := range gaining {
		texts := map[string][]string{}
		for _, id := range u.ids.lacking(m) {
			if name, text := p.bars(u, m, id); name != "" && m.inUse() {
				texts[name] = append(texts[name], text)
			}
		}
		for _, name := range unionOfKeys(texts, nil) {
			u.withheld = append(u.withheld, p.withhold(u.collection, u.id, m, name, strings.Join(texts[name], "; ")))
		}
	}
}

// brings reports whether Connec!'s own merge, if it moves IDs, brings an ID of the account of this one.
func brings(merge Operation, id connec.ExternalID) bool {
	return slices.ContainsFunc(merge.MayGain, func(m connec.ExternalID) bool { return m.Provider == id.Provider && m.Realm == id.Realm })
}

// afterMerge are those of the IDs whose writing hangs on whether the merge brings them, or others of their account.
func (p *planner) afterMerge(merge Operation, ids []connec.ExternalID) []connec.ExternalID {
	if p.known(behaviour.MergeMovesIDs) != "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id connec.ExternalID) bool { return !brings(merge, id) })
}

// heldUnknown is the hazard of giving IDs to a second record while nobody knows what that does.
func heldUnknown(ids []connec.ExternalID) Hazard {
	return hazard(HazardOutcomeUnknown, "whether %s is then on both records, taken from the other, or refused is unknown (%s)", names(ids), behaviour.HeldID)
}
