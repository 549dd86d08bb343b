package behaviour

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

func sortedIDs[V any](m map[connec.ExternalID]V) []connec.ExternalID {
	return slices.SortedFunc(maps.Keys(m), connec.ExternalID.Compare)
}

// askPostAddsIDs upserts the older person by its ID, with a second one that nobody bears.
func (p *prober) askPostAddsIDs(ctx context.Context) error {
	own, added := firstOwn(p.a), p.ownID()
	a, err := p.send(ctx, http.MethodPost, people, "", map[string]any{"id": []connec.ExternalID{own, added}, "description": "upsert"})
	if err != nil {
		return err
	}
	p.stray(a)
	if err := p.refresh(ctx); err != nil {
		return err
	}
	switch {
	case a.refused:
		p.found(PostAddsIDs, Unknown, fmt.Sprintf("the upsert was refused (%d)", a.status))
	case a.uuid != p.a.uuid:
		p.found(PostAddsIDs, Unknown, "the upsert did not update the record that bears the ID")
	case p.a.bears(own) && p.a.bears(added):
		p.found(PostAddsIDs, True, "")
	case p.a.bears(own):
		p.found(PostAddsIDs, False, "")
	default:
		p.found(PostAddsIDs, Unknown, "the upsert took away the ID that the record bore")
	}
	return nil
}

// firstOwn is the ID that the record was made with.
func firstOwn(r record) connec.ExternalID {
	for _, id := range r.ids {
		if !id.IsHub() {
			return id
		}
	}
	return connec.ExternalID{}
}

// stray keeps in mind a person that came to be where none was to.
func (p *prober) stray(a answered) {
	if a.status == http.StatusCreated {
		p.leave(people, a.record, active)
	}
}

// askHeldID gives the newer person an ID of the older, after one that nobody bears: were that refused, too, the refusal
// would say nothing of who holds it.
func (p *prober) askHeldID(ctx context.Context) error {
	if _, err := p.link(ctx, &p.b); errors.Is(err, errNoSecondID) {
		p.found(HeldID, Unknown, err.Error())
		return nil
	} else if err != nil {
		return err
	}
	held := firstOwn(p.a)
	a, err := p.send(ctx, http.MethodPut, people, p.b.uuid, map[string]any{"id": []connec.ExternalID{held}})
	if err != nil {
		return err
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	switch {
	case a.refused && p.a.bears(held) && !p.b.bears(held):
		p.found(HeldID, Error, "")
	case a.refused:
		p.found(HeldID, Unknown, fmt.Sprintf("refused (%d), and yet it took effect", a.status))
	case p.a.bears(held) && p.b.bears(held):
		p.found(HeldID, Share, "")
	case p.b.bears(held):
		p.found(HeldID, Move, "")
	case p.a.bears(held):
		p.found(HeldID, Unknown, "the ID was left out without a word")
	default:
		p.found(HeldID, Unknown, "neither record bears the ID any more")
	}
	return nil
}

// askMultiMatch upserts by two IDs, one of each person, twice: neither the order of the IDs in the request nor the
// latest write can then pass for the age of the records.
func (p *prober) askMultiMatch(ctx context.Context) error {
	one, err := p.matchTwo(ctx, &p.a, &p.b)
	if err != nil {
		return err
	}
	other, err := p.matchTwo(ctx, &p.b, &p.a)
	if err != nil {
		return err
	}
	held := p.known(HeldID)
	switch {
	case one != other:
		p.found(MultiMatch, Unknown, fmt.Sprintf("%s the first time, %s the second: it follows neither the oldest nor the newest record", one, other))
	case one == Error && p.known(PostAddsIDs) != False && held != Share && held != Move:
		p.found(MultiMatch, Unknown, "refused, as every write is that adds an ID which another record holds: the two refusals cannot be told apart")
	case one == First || one == Newest || one == Error:
		p.found(MultiMatch, one, "")
	default:
		p.found(MultiMatch, Unknown, one)
	}
	return nil
}

// matchTwo links a new ID to each of the two, the second one last, and upserts by both, the second one's first.
func (p *prober) matchTwo(ctx context.Context, first, second *record) (string, error) {
	var y connec.ExternalID
	x, err := p.link(ctx, first)
	if err == nil {
		y, err = p.link(ctx, second)
	}
	if errors.Is(err, errNoSecondID) {
		return err.Error(), nil
	}
	if err != nil {
		return "", err
	}
	a, err := p.send(ctx, http.MethodPost, people, "", map[string]any{"id": []connec.ExternalID{y, x}, "description": "upsert by two IDs"})
	if err != nil {
		return "", err
	}
	p.stray(a)
	if err := p.refresh(ctx); err != nil {
		return "", err
	}
	switch {
	case a.refused:
		return Error, nil
	case a.status == http.StatusCreated:
		return "a further record was made", nil
	case a.uuid == p.a.uuid:
		return First, nil
	case a.uuid == p.b.uuid:
		return Newest, nil
	}
	return "a record was updated that bears neither ID", nil
}

// askForeignID gives the newer person an ID of another application.
func (p *prober) askForeignID(ctx context.Context) error {
	foreign := connec.ExternalID{Provider: p.ForeignProvider, Realm: p.ForeignRealm, ID: "sameas-probe-" + p.Mark}
	a, err := p.send(ctx, http.MethodPut, people, p.b.uuid, map[string]any{"id": []connec.ExternalID{foreign}})
	if err != nil {
		return err
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	switch {
	case a.refused && !p.b.bears(foreign):
		p.found(ForeignID, Refused, fmt.Sprintf("status %d", a.status))
	case a.refused:
		p.found(ForeignID, Unknown, fmt.Sprintf("refused (%d), and yet it took effect", a.status))
	case p.b.bears(foreign):
		p.found(ForeignID, Accept, "")
	default:
		p.found(ForeignID, Drop, "")
	}
	return nil
}

// askUnmatchedReference refers from the newer person to an organization by an ID that none bears.
func (p *prober) askUnmatchedReference(ctx context.Context) error {
	nobody := p.ownID()
	a, err := p.send(ctx, http.MethodPut, people, p.b.uuid, map[string]any{"organization_id": []connec.ExternalID{nobody}})
	if err != nil {
		p.leave(organizations, record{key: nobody.String()}, unseen)
		return err
	}
	made, err := p.getByID(ctx, organizations, nobody)
	if err != nil {
		return err
	}
	if !made.refused {
		p.leave(organizations, made.record, active)
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	switch {
	case a.refused && made.refused:
		p.found(UnmatchedReference, Error, "")
	case !made.refused:
		p.found(UnmatchedReference, Create, "")
	case len(p.b.organization) == 0:
		p.found(UnmatchedReference, Drop, "")
	default:
		p.found(UnmatchedReference, Unknown, "the reference stands as it was sent and leads nowhere")
	}
	return nil
}

// askMergeMovesIDs merges an organization that the newer person refers to into another.
func (p *prober) askMergeMovesIDs(ctx context.Context) error {
	if !p.Native {
		p.found(MergeMovesIDs, Unknown, "not asked: merge.via is not native")
		return nil
	}
	kept, _, err := p.create(ctx, organizations)
	if err != nil {
		return err
	}
	merged, id, err := p.create(ctx, organizations)
	if err != nil {
		return err
	}
	at := p.left[len(p.left)-1]
	refer := map[string]any{"organization_id": []connec.ExternalID{hubID(merged)}}
	if a, err := p.send(ctx, http.MethodPut, people, p.b.uuid, refer); err != nil {
		return err
	} else if a.refused || !slices.Contains(a.organization, hubID(merged)) {
		p.found(MergeMovesIDs, Unknown, "a person could not be made to refer to the organization to be merged")
		return nil
	}
	a, err := p.sendBody(ctx, http.MethodPut, "/"+organizations+"/"+kept.uuid+"/merge",
		map[string]any{"ids": []string{merged.uuid}, organizations: map[string]any{"name": LastName(p.Mark)}})
	if err != nil {
		return err
	}
	if a.refused {
		p.found(MergeMovesIDs, Unknown, fmt.Sprintf("the merge was refused (%d): these credentials may not merge", a.status))
		return nil
	}
	return p.afterMerge(ctx, kept, merged, id, at)
}

// afterMerge looks for the ID and the reference of the record that was merged away.
func (p *prober) afterMerge(ctx context.Context, kept, merged record, id connec.ExternalID, at *left) error {
	still, err := p.get(ctx, organizations, merged.uuid)
	if err != nil {
		return err
	}
	if still.refused {
		at.state = gone
	}
	now, err := p.get(ctx, organizations, kept.uuid)
	if err != nil {
		return err
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	ids, references := now.bears(id), slices.ContainsFunc(p.b.organization, func(o connec.ExternalID) bool { return o.IsHub() && o.ID == kept.uuid })
	switch {
	case !still.refused:
		p.found(MergeMovesIDs, Unknown, "the record merged away is still there")
	case ids && references:
		p.found(MergeMovesIDs, True, "")
	case !ids && !references:
		p.found(MergeMovesIDs, False, "")
	default:
		p.found(MergeMovesIDs, Unknown, fmt.Sprintf("IDs moved: %t, references moved: %t", ids, references))
	}
	return nil
}

func hubID(r record) connec.ExternalID {
	id, _ := connec.ParseExternalID(r.key)
	return id
}
