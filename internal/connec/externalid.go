// Package connec speaks the Connec!(TM) API, version 2: external IDs, pages of records, and the writes that a plan
// may hold. What the public record says of the API, and what it leaves unsaid, is noted where the code relies on it.
package connec

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// HubProvider is the provider of the hub's own IDs: {provider: connec, realm: the channel, id: a UUID}.
const HubProvider = "connec"

// ExternalID is how one application names a record: the ID that the provider uses in the realm (an account of it).
// It names nothing without its collection, which is always kept beside it. IDs compare exactly, case included.
type ExternalID struct {
	Provider string `json:"provider"`
	Realm    string `json:"realm"`
	ID       string `json:"id"`
}

// IsHub reports whether the ID is the hub's own.
func (e ExternalID) IsHub() bool { return e.Provider == HubProvider }

// namesNothing are texts that stand where no ID is known, in lower case without blanks around them.
var namesNothing = regexp.MustCompile(`^(0*|-1|-+|\?+|n[./]?a\.?|none|nil|null|undefined|unknown|tba|test)$`)

// NamesNothing reports whether an application's ID stands where none is known, whoever bears it: `0`, `N/A`, blanks. The
// macro names_nothing of sql/schema.sql says the same of the IDs in a workspace, and a test holds the two together. Other
// texts that look made up, such as 555, are the numbers of real records.
func (e ExternalID) NamesNothing() bool {
	text := strings.TrimSpace(e.ID)
	if e.IsHub() || text != "" && text[0] >= '1' && text[0] <= '9' {
		return false
	}
	return namesNothing.MatchString(strings.ToLower(text))
}

// Complete reports whether all three parts are there; an entry lacking one names nothing.
func (e ExternalID) Complete() bool { return e.Provider != "" && e.Realm != "" && e.ID != "" }

// Compare orders IDs by provider, realm, id, bytewise.
func (e ExternalID) Compare(o ExternalID) int {
	return cmp.Or(cmp.Compare(e.Provider, o.Provider), cmp.Compare(e.Realm, o.Realm), cmp.Compare(e.ID, o.ID))
}

// String is the text form provider/realm/id, with "%" and "/" inside a part percent-encoded.
// It names records on the command line, in tables, in plans and in reports.
func (e ExternalID) String() string {
	return escapePart(e.Provider) + "/" + escapePart(e.Realm) + "/" + escapePart(e.ID)
}

// ParseExternalID reads the text form; a text without any slash is taken for a hub UUID of any realm.
func ParseExternalID(text string) (ExternalID, error) {
	parts := strings.Split(text, "/")
	if len(parts) == 1 && text != "" {
		return ExternalID{Provider: HubProvider, ID: unescapePart(text)}, nil
	}
	if len(parts) != 3 {
		return ExternalID{}, fmt.Errorf("external ID %q: want provider/realm/id (a slash inside a part as %%2F), or a Connec! UUID", text)
	}
	e := ExternalID{Provider: unescapePart(parts[0]), Realm: unescapePart(parts[1]), ID: unescapePart(parts[2])}
	if !e.Complete() {
		return ExternalID{}, fmt.Errorf("external ID %q: provider, realm and id must not be empty", text)
	}
	return e, nil
}

func escapePart(s string) string {
	if !strings.ContainsAny(s, "%/") {
		return s
	}
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(s)
}

func unescapePart(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	return strings.NewReplacer("%2F", "/", "%2f", "/", "%25", "%").Replace(s)
}
