package merge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/config"
)

// maxShareHint names the setting that the blast-radius guard reads.
const maxShareHint = "apply a smaller plan, or raise merge.max_share in the configuration if that is what you want"

// planFacts are what one pass over the plan finds out before its first request.
type planFacts struct {
	path       string // of the plan
	header     Header
	operations int64 // that write
	types      map[string]int64
	hazards    map[string]int64
	collection map[string]int64
	stops      map[string]int64             // operations by stop hazard
	writes     map[string]map[[16]byte]bool // by collection: hub records written, created and merged away ones included
	perTarget  map[[16]byte]int32           // operations on one target
	mergedAway map[[16]byte]bool            // records that Connec!'s own merge takes away
	ids        map[string]bool              // operation IDs
}

// openChecked opens the plan and makes every check that needs no server: the seal, the pinned digest, where it is
// for, what it was made from, and whether its operations make sense.
func openChecked(ctx context.Context, o ApplyOptions) (*PlanReader, *planFacts, error) {
	plan, err := OpenPlan(o.Plan)
	if err != nil {
		return nil, nil, &RefusedError{Reason: err.Error(), Err: err}
	}
	facts, err := checkPlan(ctx, o, plan)
	if err != nil {
		plan.Close()
		return nil, nil, err
	}
	return plan, facts, nil
}

func checkPlan(ctx context.Context, o ApplyOptions, plan *PlanReader) (*planFacts, error) {
	if o.SHA256 != "" && !strings.EqualFold(o.SHA256, plan.SHA256()) {
		return nil, refuse("apply the plan that was approved, or have this one approved",
			"the plan's digest is %s, not %s", plan.SHA256(), o.SHA256)
	}
	if o.Config == nil {
		return nil, errors.New("merge: no configuration given")
	}
	if _, err := planSource(o.Config, plan.Header()); err != nil {
		return nil, err
	}
	if plan.Header().Undoes == "" { // what is undone may have been extracted again since
		if err := contradicted(o.Config, plan.Header()); err != nil {
			return nil, err
		}
		if err := checkFresh(ctx, o.DB, plan.Header()); err != nil {
			return nil, err
		}
	}
	facts, err := surveyPlan(plan)
	if err == nil && plan.Header().Undoes == "" {
		err = refuseSuppressed(o.Config, plan, facts.types[TypeCreate])
	}
	return facts, err
}

// planSource is the configured connec source that the plan was made for.
func planSource(c *config.Config, h Header) (config.Source, error) {
	var found *config.Source
	for i, s := range c.Sources {
		if s.Type == config.TypeConnec && (found == nil || s.Name == h.Source) {
			found = &c.Sources[i]
		}
	}
	if found == nil {
		return config.Source{}, refuse("add the source that the plan was made for", "the configuration has no connec source")
	}
	if strings.TrimRight(found.Endpoint, "/") != strings.TrimRight(h.Endpoint, "/") || found.Group != h.Group {
		return config.Source{}, refuse("name the configuration that the plan was made with, or make a new plan",
			"the plan was made for %s group %s, the configuration says %s group %s", h.Endpoint, h.Group, found.Endpoint, found.Group)
	}
	return *found, nil
}

// checkFresh refuses a plan that was made from an older extraction or match than the workspace now holds.
func checkFresh(ctx context.Context, db *sql.DB, h Header) error {
	if db == nil {
		return nil
	}
	stages, err := readStages(ctx, db)
	if err != nil {
		return err
	}
	again := "run `sameas match` if it is due, then `sameas merge plan`"
	if digestOf(stages.extract) != h.Extract {
		return refuse(again, "the plan was made from another extraction than the workspace holds")
	}
	if digestOf(stages.match) != h.Match {
		return refuse(again, "the plan was made from an older match than the workspace holds")
	}
	return nil
}

// surveyPlan reads every operation once.
func surveyPlan(plan *PlanReader) (*planFacts, error) {
	f := &planFacts{path: plan.path, header: plan.Header(), types: map[string]int64{}, hazards: map[string]int64{}, collection: map[string]int64{},
		stops: map[string]int64{}, writes: map[string]map[[16]byte]bool{}, perTarget: map[[16]byte]int32{}, mergedAway: map[[16]byte]bool{}, ids: map[string]bool{}}
	level := 0
	err := plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		if op.Level < level {
			return refuse(planAgain, "the plan's operation %s of level %d comes after level %d", op.ID, op.Level, level)
		}
		level = op.Level
		return f.add(op)
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (f *planFacts) add(op Operation) error {
	if err := f.sane(op); err != nil {
		return refuse(planAgain, "the plan's operation %s: %v", op.ID, err)
	}
	f.ids[op.ID] = true
	f.operations++
	f.types[op.Type]++
	f.collection[op.Collection]++
	for _, h := range op.Hazards {
		f.hazards[h.Name]++
		if h.Stop {
			f.stops[h.Name]++
		}
	}
	if f.writes[op.Collection] == nil {
		f.writes[op.Collection] = map[[16]byte]bool{}
	}
	target := targetDigest(op)
	f.writes[op.Collection][target] = true
	for _, key := range op.Merges {
		loser := recordDigest(op.Collection, key)
		f.writes[op.Collection][loser], f.mergedAway[loser] = true, true
	}
	f.perTarget[target]++
	return nil
}

// concerned is how many operations write the record or take it away.
func (f *planFacts) concerned(record [16]byte) int32 {
	if f.mergedAway[record] {
		return f.perTarget[record] + 1
	}
	return f.perTarget[record]
}

// targetDigest stands for the record that an operation writes; 16 bytes, so that a plan's targets fit in memory.
func targetDigest(op Operation) [16]byte {
	name := op.Target
	if name == "" {
		name = "\x00" + op.ID // a record that does not exist yet
	}
	return recordDigest(op.Collection, name)
}

func recordDigest(collection, key string) [16]byte {
	sum := sha256.Sum256([]byte(collection + "\x00" + key))
	return [16]byte(sum[:16])
}

// sane holds an operation against itself: what is sent must go where the plan says it goes.
func (f *planFacts) sane(op Operation) error {
	if op.ID == "" || f.ids[op.ID] {
		return errors.New("its ID is missing or used twice")
	}
	if op.Request == nil || len(op.Request.Body) == 0 {
		return errors.New("it has no request")
	}
	for _, d := range op.DependsOn {
		if !f.ids[d] {
			return fmt.Errorf("it waits for %s, which does not come before it", d)
		}
	}
	if op.Type == TypeCreate {
		if op.Target != "" || op.Request.Method != "POST" || len(op.BearsIDs) == 0 {
			return errors.New("a create is a POST that bears an ID and has no target")
		}
		return nil
	}
	for _, key := range op.Merges {
		if _, kept := op.Losers[key]; !kept {
			return fmt.Errorf("it merges %s away without saying what that record holds", key)
		}
	}
	return saneAddress(op)
}

func saneAddress(op Operation) error {
	uuid, collection := uuidOf(op.Target), "/"+op.Collection
	if uuid == "" {
		return fmt.Errorf("its target %q is no hub record", op.Target)
	}
	switch path := op.Request.Path; op.Request.Method {
	case "PUT":
		if address := collection + "/" + url.PathEscape(uuid); path != address && path != address+"/merge" {
			return fmt.Errorf("it writes to %s, its target is %s", path, op.Target)
		}
	case "POST":
		if path != collection || len(op.BearsIDs) == 0 {
			return fmt.Errorf("a POST goes to %s and bears the ID that finds the target", collection)
		}
	default:
		return fmt.Errorf("its method is %q", op.Request.Method)
	}
	return nil
}

// refusals are the reasons why apply must not send this plan under these settings, each a *RefusedError.
func (f *planFacts) refusals(m config.Merge) []error {
	var all []error
	for _, name := range slices.Sorted(maps.Keys(f.stops)) {
		if !slices.Contains(m.Allow, name) {
			all = append(all, refuse(fmt.Sprintf("if you have read them and want them, say `--allow %s`, or `allow: [%s]` under merge in the configuration", name, name),
				"%s the stop hazard %s, which is not allowed", have(f.stops[name]), name))
		}
	}
	for _, c := range slices.Sorted(maps.Keys(f.writes)) {
		if err := shareRefusal(c, int64(len(f.writes[c])), f.header.HubRecords[c], m.MaxShare); err != nil {
			all = append(all, err)
		}
	}
	return all
}

// shareRefusal is the blast-radius guard: it counts every record that would be written, of whatever kind, and has no
// floor, so that it speaks for ten records too. A share of 1 or more is no limit.
func shareRefusal(collection string, writes, records int64, share float64) error {
	if share >= 1 || float64(writes) <= share*float64(records) {
		return nil
	}
	of := "of none"
	if records > 0 {
		of = fmt.Sprintf("of %d (%.1f %%)", records, 100*float64(writes)/float64(records))
	}
	return refuse(maxShareHint, "the plan writes %d %s records %s; merge.max_share allows %s %%",
		writes, collection, of, strconv.FormatFloat(100*share, 'f', -1, 64))
}

func (f *planFacts) refusal(m config.Merge) error {
	all := f.refusals(m)
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	texts := make([]string, len(all))
	for i, err := range all {
		texts[i] = err.Error()
	}
	return &RefusedError{Reason: strings.Join(texts, "\n")}
}

// covers refuses a journal that names operations which the plan does not hold, and one that was stopped for good.
func (f *planFacts) covers(s *journalState) error {
	for _, id := range slices.Sorted(maps.Keys(s.ops)) {
		if !f.ids[id] {
			return refuse("restore the plan that it was written for", "the journal names operation %s, which the plan does not hold", id)
		}
	}
	if n := len(s.undos); n > 0 {
		return refuse("extract again and make a new plan", "an undo of the plan has begun (`sameas merge status %s` says how far it is)", beside(f.path, s.undos[n-1].file))
	}
	if s.stop != "" {
		return refuse("look at the records named, then extract again and make a new plan", "the plan was stopped for good: %s", s.stop)
	}
	return nil
}

func have(n int64) string {
	if n == 1 {
		return "1 operation has"
	}
	return fmt.Sprintf("%d operations have", n)
}
