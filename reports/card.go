package reports

import (
	"encoding/json"
	"strings"
)

// card is one review item as the page shows it: a cluster, or several that may be one. Its JSON names are short
// because a report may hold a hundred thousand of them.
type card struct {
	Collection string         `json:"c"`
	ID         string         `json:"id"`
	Clusters   []cardCluster  `json:"g"`
	Members    []cardMember   `json:"m"`
	MembersAll int            `json:"mn"` // Members are the first maxMembers of them
	Base       int            `json:"b"`  // the member that the others are compared with
	Edges      []cardEdge     `json:"e,omitempty"`
	EdgesAll   int            `json:"en"` // Edges are the first maxEdges of them
	Conflicts  []cardConflict `json:"x,omitempty"`
	Operations []cardOp       `json:"o,omitempty"`
	Fields     []cardField    `json:"f,omitempty"`
	Surviving  []string       `json:"sv,omitempty"` // by display field; "" where nothing was decided
	rows       []edgeRow      // of Edges, until they are explained
}

// What one card shows at most; what is left out is counted on the card and stands whole in the CSV files.
const (
	maxMembers = 60
	maxEdges   = 60
	maxRows    = 40
	maxRunes   = 400
)

type cardCluster struct {
	ID     string `json:"id"`
	Tier   string `json:"t"`
	Reason string `json:"r,omitempty"`
}

type cardMember struct {
	key      string   // as the workspace has it
	Key      string   `json:"k"`
	Source   string   `json:"s"`
	Hub      bool     `json:"h,omitempty"`
	Cluster  int      `json:"g"` // index into Clusters
	IDs      []string `json:"i,omitempty"`
	Survivor bool     `json:"w,omitempty"`
	Values   []string `json:"v"` // by display field; several values on lines
}

// cardEdge is a kept pair with its waterfall: steps of field index, level, bits that count, and the parts in them
// that rarity (tf) added and the group's limit took.
type cardEdge struct {
	A           int         `json:"a"` // index into Members; -1 when the member is not shown
	B           int         `json:"b"`
	Kind        string      `json:"k"`
	Via         string      `json:"v"`
	Scored      bool        `json:"s,omitempty"`
	Weight      float64     `json:"w"`
	Probability float64     `json:"p"`
	Steps       [][]float64 `json:"t,omitempty"`
}

type cardConflict struct {
	Kind   string `json:"k"`
	Detail string `json:"d"`
}

type cardOp struct {
	Type    string `json:"t"`
	Target  string `json:"k,omitempty"`
	Request string `json:"q,omitempty"`
	Body    string `json:"b,omitempty"`
	Hazards string `json:"h,omitempty"`
	Reason  string `json:"r,omitempty"`
	Outcome string `json:"u,omitempty"`
}

type cardField struct {
	Field    string `json:"f"`
	Before   string `json:"b"`
	After    string `json:"a"`
	Winner   string `json:"w"`
	Rule     string `json:"r"`
	Conflict bool   `json:"x,omitempty"`
}

// displayFields are the rows of a card, in the order of the columns of cards_members.sql.
func displayFields() []string {
	return []string{"Name", "Title", "First name", "Last name", "Birth date", "Reference", "E-mail", "Website", "Mobile",
		"Landline", "Work phone", "Address", "Job title", "Company", "Organization", "Status", "Code", "Other"}
}

// displayField is the row that a field path of the API belongs to, or -1.
func displayField(path string) int {
	exact := map[string]string{"name": "Name", "title": "Title", "first_name": "First name", "last_name": "Last name",
		"birth_date": "Birth date", "reference": "Reference", "job_title": "Job title", "company_name": "Company",
		"organization_id": "Organization", "status": "Status", "code": "Code"}
	label := exact[path]
	switch {
	case strings.HasPrefix(path, "email"):
		label = "E-mail"
	case strings.HasPrefix(path, "website"):
		label = "Website"
	case strings.HasPrefix(path, "phone") && strings.Contains(path, "mobile"):
		label = "Mobile"
	case strings.HasPrefix(path, "phone_home"):
		label = "Landline"
	case strings.HasPrefix(path, "phone"):
		label = "Work phone"
	case strings.HasPrefix(path, "address"):
		label = "Address"
	}
	for i, f := range displayFields() {
		if f == label {
			return i
		}
	}
	return -1
}

// survivors marks the records that the plan writes the cluster's values to, and chooses what the others are compared
// with: the first survivor, else the first record, which is the hub's when there is one.
func (c *card) survivors() {
	for i := range c.Members {
		m := &c.Members[i]
		for _, o := range c.Operations {
			m.Survivor = m.Survivor || m.Hub && o.Type == "consolidate" && o.Target == m.Key
		}
	}
	for i, m := range c.Members {
		if m.Survivor {
			c.Base = i
			return
		}
	}
}

// surviving fills the column of surviving values from the fields that survivorship decided.
func (c *card) surviving() {
	if len(c.Fields) == 0 {
		return
	}
	c.Surviving = make([]string, len(displayFields()))
	for _, f := range c.Fields {
		i := displayField(f.Field)
		if i < 0 || f.After == "" {
			continue
		}
		if c.Surviving[i] != "" {
			c.Surviving[i] += ", "
		}
		c.Surviving[i] += f.After
	}
}

// plainValue shows a JSON value as a person reads it: text without its quotes, null as nothing.
func plainValue(text string) string {
	var s string
	switch {
	case text == "null":
		return ""
	case strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &s) == nil:
		return s
	}
	return text
}
