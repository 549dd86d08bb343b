package merge

import (
	"errors"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/suppress"
)

// suppressed is the configuration's list of records that must never be created again.
func suppressed(c *config.Config) (suppress.List, error) { return suppress.Load(c.SuppressFile()) }

// withholdSuppressed takes the records out of a plan when an ID of any of them is on the list: together they are one thing.
func (p *planner) withholdSuppressed(collection, clusterID string, records []*member) (withheld bool, err error) {
	found := ""
	for _, id := range namesOf(records) {
		if p.suppressed.Holds(collection, id) {
			found = id.String()
			break
		}
	}
	if found == "" {
		return false, nil
	}
	for _, m := range records {
		text := fmt.Sprintf("%s is on the list of records that must never be created again (suppress): remove the record in its application", found)
		if err := p.emit(p.withhold(collection, clusterID, m, WithheldSuppressed, text)); err != nil {
			return true, err
		}
	}
	return true, nil
}

// namesOf are all IDs by which applications know the records, those that a crosswalk tells included, sorted.
func namesOf(records []*member) []connec.ExternalID {
	var ids []connec.ExternalID
	for _, m := range records {
		for _, h := range slices.Concat(m.IDs, m.Linked) {
			ids = append(ids, h.id)
		}
	}
	return sortedIDs(ids)
}

// leftIDs are those of them that a request which bears the others leaves out.
func leftIDs(records []*member, bears []connec.ExternalID) []connec.ExternalID {
	return slices.DeleteFunc(namesOf(records), func(id connec.ExternalID) bool { return slices.Contains(bears, id) })
}

// refuseSuppressed refuses a plan that would create what has been put on the list since it was made.
func refuseSuppressed(c *config.Config, plan *PlanReader, creates int64) error {
	list, err := suppressed(c)
	if err != nil || list.Len() == 0 || creates == 0 {
		return err
	}
	var refusal error
	stop := errors.New("found")
	err = plan.Each(func(op Operation) error {
		if op.Type != TypeCreate {
			return nil
		}
		for _, id := range slices.Concat(op.BearsIDs, op.LeftIDs) {
			if list.Holds(op.Collection, id) {
				refusal = refuse("make a new plan", "operation %s would create the record of %s, which is on the list of records that must never be created again", op.ID, id)
				return stop
			}
		}
		return nil
	})
	if errors.Is(err, stop) {
		return refusal
	}
	return err
}
