package merge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
	queries "github.com/sameas/sameas/sql"
)

// extractedHub is a server that holds the workspace's hub records, under the name of the plan's group.
func extractedHub(ctx context.Context, o RehearseOptions, h Header) (*sandbox.Server, error) {
	if o.DB == nil {
		return nil, fmt.Errorf("no workspace given")
	}
	realm := ""
	err := queries.Each(ctx, o.DB, "merge/rehearse_realms.sql", nil, func(rows *sql.Rows) error {
		if realm != "" {
			return nil
		}
		return rows.Scan(&realm)
	})
	if err != nil {
		return nil, err
	}
	own := ownAccounts(o)
	so := sandbox.Options{Group: h.Group, Channel: realm, Now: func() time.Time { return h.ExtractedAt }}
	if len(own) > 0 {
		so.Provider, so.Realm = own[0].provider, own[0].realm
	}
	hub, err := sandbox.New(so)
	if err != nil {
		return nil, err
	}
	for _, a := range own[min(1, len(own)):] {
		hub.AlsoOwn(a.provider, a.realm)
	}
	for _, collection := range inLevels(unionOfKeys(h.HubRecords, nil)) {
		if err := fill(ctx, o.DB, hub, collection); err != nil {
			return nil, err
		}
	}
	return hub, nil
}

// ownAccounts are those whose IDs the credentials may certainly write.
func ownAccounts(o RehearseOptions) []account {
	if o.Provider != "" {
		return []account{{o.Provider, o.Realm}}
	}
	var own []account
	for _, s := range o.Config.Sources {
		if a := (account{s.ID.Provider, s.ID.Realm}); s.Type == config.TypeFile && a.provider != "" && !slices.Contains(own, a) {
			own = append(own, a)
		}
	}
	return own
}

// fill streams a collection's records from the workspace into the server.
func fill(ctx context.Context, db *sql.DB, hub *sandbox.Server, collection string) error {
	in, out := io.Pipe()
	go func() {
		err := queries.Each(ctx, db, "merge/rehearse_records.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
			var raw sql.RawBytes
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			_, err := out.Write(append(raw, '\n'))
			return err
		})
		out.CloseWithError(err)
	}()
	err := hub.Load(collection, in)
	in.Close()
	return err
}

// hubState is what a hub holds: by collection and UUID, the record's IDs and its content.
type hubState map[string]map[string]heldRecord

type heldRecord struct {
	ids  []connec.ExternalID
	body [sha256.Size]byte // digest, but for the time of the last write
}

var updatedAt = regexp.MustCompile(`"updated_at":"[^"]*"`)

func stateOf(hub *sandbox.Server) hubState {
	state := hubState{}
	for _, collection := range hub.Collections() {
		records := map[string]heldRecord{}
		hub.Each(collection, func(r sandbox.Shown) {
			records[r.Key.ID] = heldRecord{sortedIDs(r.IDs), sha256.Sum256(updatedAt.ReplaceAll(r.Body, nil))}
		})
		state[collection] = records
	}
	return state
}

// borne is an ID on a record.
type borne struct {
	collection, uuid string
	id               connec.ExternalID
}

func (b borne) String() string { return fmt.Sprintf("%s %s: %s", b.collection, b.uuid, b.id) }

// difference tells a hub from what it was.
type hubDifference struct {
	gained map[borne]bool  // IDs that came to a record
	lost   map[borne]bool  // IDs that went from a record which is still there
	made   map[string]bool // records that are new: collection and UUID
	gone   map[string]bool
	counts map[string]HubChange
}

func (before hubState) to(after hubState) hubDifference {
	d := hubDifference{gained: map[borne]bool{}, lost: map[borne]bool{}, made: map[string]bool{}, gone: map[string]bool{}, counts: map[string]HubChange{}}
	for _, collection := range unionOfKeys(before, after) {
		was, is := before[collection], after[collection]
		n := HubChange{Before: int64(len(was)), After: int64(len(is))}
		for uuid, now := range is {
			then, known := was[uuid]
			if !known {
				d.made[collection+" "+uuid] = true
			} else if then.body != now.body {
				n.Changed++
			}
			for _, id := range now.ids {
				if !slices.Contains(then.ids, id) {
					d.gained[borne{collection, uuid, id}] = true
					n.IDsAdded++
				}
			}
			for _, id := range then.ids {
				if !slices.Contains(now.ids, id) {
					d.lost[borne{collection, uuid, id}] = true
				}
			}
		}
		for uuid := range was {
			if _, still := is[uuid]; !still {
				d.gone[collection+" "+uuid] = true
			}
		}
		d.counts[collection] = n
	}
	return d
}

// ends notes how each operation ended: by the journal, by what verify found, and by the IDs that it took from other
// records; and what came to be that the plan did not name.
func (x *rehearsal) ends(run *rehearsedRun, hub *sandbox.Server, o ApplyOptions, verified VerifyResult) error {
	state, err := peekJournal(journalPath(o.Plan), x.plan.SHA256())
	if err != nil {
		return err
	}
	d := x.before.to(stateOf(hub))
	run.told.Hub = d.counts
	takenFrom := map[string][]string{} // collection and ID -> records that lost it
	for _, b := range sortedBorne(d.lost) {
		run.told.Taken = append(run.told.Taken, b.String())
		takenFrom[b.collection+" "+b.id.String()] = append(takenFrom[b.collection+" "+b.id.String()], b.uuid)
	}
	err = x.plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		s := state.op(op.ID)
		d.named(op, s.uuid)
		if s.outcome == "" {
			return nil
		}
		var details []string
		if !s.settled() && s.outcome != OutcomeSkipped {
			details = append(details, s.detail)
		}
		if text := verified.byOperation[op.ID]; text != "" {
			details = append(details, "verify: "+text)
		}
		for _, id := range op.BearsIDs {
			if from := takenFrom[op.Collection+" "+id.String()]; len(from) > 0 && !slices.Contains(from, uuidOf(op.Target)) {
				details = append(details, fmt.Sprintf("%s was taken from %s", id, strings.Join(from, ", ")))
			}
		}
		if s.outcome == OutcomeDone {
			s.outcome = OutcomeOK // it is as it was to be, whoever did it
		}
		run.ends[x.order[op.ID]] = x.number(s.outcome + "\x00" + strings.Join(details, "; "))
		return nil
	})
	run.told.Unplanned = d.unplanned()
	return err
}

// named strikes out what the operation names: its IDs on its target, the record that it makes, those that it merges.
func (d hubDifference) named(op Operation, answered string) {
	uuid := uuidOf(op.Target)
	if op.Type == TypeCreate {
		uuid = answered
		delete(d.made, op.Collection+" "+uuid)
	}
	for _, id := range slices.Concat(op.Expect.IDs, op.MayGain) {
		delete(d.gained, borne{op.Collection, uuid, id})
	}
	for _, key := range op.Merges {
		delete(d.gone, op.Collection+" "+uuidOf(key))
	}
}

// unplanned is what no operation named.
func (d hubDifference) unplanned() []string {
	lines := []string{}
	for _, b := range sortedBorne(d.gained) {
		lines = append(lines, "ID on a record that the plan does not name for it: "+b.String())
	}
	for _, record := range unionOfKeys(d.made, nil) {
		lines = append(lines, "record that the plan does not name: "+record)
	}
	for _, record := range unionOfKeys(d.gone, nil) {
		lines = append(lines, "record gone that the plan does not name: "+record)
	}
	return lines
}

func sortedBorne(m map[borne]bool) []borne {
	all := make([]borne, 0, len(m))
	for b := range m {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b borne) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// number is the outcome's own, from 1.
func (x *rehearsal) number(text string) uint32 {
	n, known := x.numbers[text]
	if !known {
		n = uint32(len(x.texts))
		x.numbers[text], x.texts = n, append(x.texts, text)
	}
	return n
}
