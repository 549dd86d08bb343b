package connec

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
)

// How a collection may refer to people or organizations.
const (
	RefersKnown    = "known"    // a public client reads or writes organization_id or person_id there
	RefersPossible = "possible" // nothing public lists its fields
)

// KnownCollections are the names that public clients of Connec! use. Only people and organizations are in its public
// documentation; that a hub serves one of the others shows when it is asked.
func KnownCollections() []string {
	return []string{"organizations", "people", "accounts", "app_users", "company", "connector_syncs", "contacts", "credit_notes", "employees",
		"event_orders", "events", "invoices", "items", "journals", "leave_applications", "opportunities", "pay_items", "pay_runs",
		"pay_schedules", "pay_stubs", "payments", "projects", "purchase_orders", "quotes", "sales_orders", "stock_adjustments",
		"tax_codes", "tax_rates", "teams", "time_activities", "time_sheets", "transaction_logs", "venues", "warehouses", "work_locations"}
}

// PossibleReferrers are the collections that are known to refer to people or organizations, then those of which it is not
// known. The fields are known of few, and nothing public lists the schemas whole: so every one of them may refer, and
// others that are not named here might.
func PossibleReferrers() []string {
	return []string{"people", "invoices", "payments", "credit_notes", "quotes", "sales_orders", "purchase_orders", "opportunities",
		"projects", "events", "event_orders", "employees", "time_activities", "journals", "contacts"}
}

// Refers says how the collection may refer to people or organizations: RefersKnown, RefersPossible or "".
func Refers(collection string) string {
	switch at := slices.Index(PossibleReferrers(), collection); {
	case at < 0:
		return ""
	case at < 3:
		return RefersKnown
	}
	return RefersPossible
}

// Discover asks which collections the group offers: the names of its links, sorted. The links are not followed. That
// this question exists is seen in a public client, not documented; a hub that does not know it answers 404.
func (c *Client) Discover(ctx context.Context) ([]string, error) {
	r := call{method: http.MethodGet, path: ""}
	var names []string
	err := c.read(ctx, r, func(resp *http.Response, body []byte) error {
		var said struct {
			Links []map[string]json.RawMessage `json:"_links"`
		}
		if err := CheckJSON(body); err != nil {
			return c.answerError(r, resp.StatusCode, true, "not sound JSON: %w", err)
		}
		if err := json.Unmarshal(body, &said); err != nil || said.Links == nil {
			return c.answerError(r, resp.StatusCode, false, "no list of collections (`_links`) is in the answer")
		}
		names = nil
		for _, link := range said.Links {
			for name := range link {
				if CheckCollection(name) == nil {
					names = append(names, name)
				}
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
		return nil
	})
	return names, err
}
