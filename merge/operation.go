package merge

import (
	"encoding/json"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// Format is the version of the plan file.
const Format = "sameas-plan/1"

// Types of operations, in the order of their dependency levels; Withheld is a line that writes nothing.
const (
	TypeAttach      = "attach"      // an existing hub record gains an application's ID
	TypeConsolidate = "consolidate" // the survivor gains surviving values and IDs
	TypeRepoint     = "repoint"     // a reference moves from a loser to its survivor
	TypeRetire      = "retire"      // a loser becomes INACTIVE
	TypeMerge       = "merge"       // Connec!'s own merge, when via is native
	TypeCreate      = "create"      // an application's record that the hub lacks
	TypeWithheld    = "withheld"    // a record that the plan leaves alone, and why
)

// Header is the plan's first line.
type Header struct {
	Format   string `json:"format"`
	Tool     string `json:"tool"`
	Endpoint string `json:"endpoint"`
	Group    string `json:"group"`
	Source   string `json:"source"` // the configuration's name of it
	// Extract, Match and Config are digests of what the plan was made from.
	Extract string `json:"extract_digest"`
	Match   string `json:"match_digest"`
	Config  string `json:"config_digest"`
	// ExtractedAt is when the extraction finished; the plan has no time of its own.
	ExtractedAt time.Time `json:"extracted_at"`
	// HubRecords counts the hub's records by collection, what MaxShare is a share of.
	HubRecords map[string]int64 `json:"hub_records"`
	// Writes counts hub records that would be written, by collection.
	Writes        map[string]int64 `json:"writes"`
	Notifications int64            `json:"notifications"` // writes times applications that hold an ID of the record written
	// NotExtracted names, by collection in which records are merged, the collections that may refer to it and that the
	// workspace does not hold: references there to a duplicate stay as they are.
	NotExtracted map[string][]string `json:"not_extracted,omitempty"`
	// InDoubt names the extractions that are in doubt, and why: the plan knows no more than they do.
	InDoubt []string `json:"in_doubt,omitempty"`
	// Part says what the plan is a part of; nil when it is whole.
	Part         *Part    `json:"part,omitempty"`
	Operations   int64    `json:"operations"`
	Irreversible int64    `json:"irreversible"` // of these, with something that cannot be taken back
	Withheld     int64    `json:"withheld"`
	ReviewItems  int64    `json:"review_items"`
	MaxShare     float64  `json:"max_share"`
	Allow        []string `json:"allow"` // stop hazards that were allowed when the plan was made
	// Behaviour is what was known of the API where its documentation is silent; nil for nothing.
	Behaviour *Measured `json:"behaviour,omitempty"`
	// Of the plan of an undo: the digest of the plan that is undone, where that lies as seen from this one's folder, the
	// sum of its journal when apply ended, and the cluster when the undo is of one alone.
	Undoes        string `json:"undoes,omitempty"`
	UndoesFile    string `json:"undoes_file,omitempty"`
	UndoesJournal string `json:"undoes_journal,omitempty"`
	UndoesCluster string `json:"undoes_cluster,omitempty"`
}

// Operation is one line of the plan: one request, what it stands on, and what must be true after it.
type Operation struct {
	ID         string `json:"op"` // stable: the same workspace gives the same
	Level      int    `json:"level"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	ClusterID  string `json:"cluster,omitempty"`
	// Target is the hub record written to, by key; empty for create and withheld.
	Target string `json:"target,omitempty"`
	// Record is the application's record that a create or withheld line is about, by key.
	Record string `json:"record,omitempty"`
	// Withheld names why a withheld line writes nothing; one of the Withheld constants.
	Withheld string `json:"withheld,omitempty"`
	// Request is exactly what apply sends; nil for withheld.
	Request *connec.Request `json:"request,omitempty"`
	// BearsIDs are the external IDs that the request carries.
	BearsIDs []connec.ExternalID `json:"bears_ids,omitempty"`
	// LeftIDs are, of a create, the other IDs by which applications know the record, which the request does not carry: when
	// one of them must never be created again, neither may the record.
	LeftIDs []connec.ExternalID `json:"left_ids,omitempty"`
	// NoIdentity are IDs of the target that name nothing ("0", "N/A", one on more records than can be true): they are
	// neither written nor expected, and coming or going they are no drift.
	NoIdentity []connec.ExternalID `json:"no_identity,omitempty"`
	// Before is the target as extracted, as far as the operation reads or writes it: drift is judged on it.
	Before Snapshot `json:"before"`
	// Expect is what a read of the target must show afterwards.
	Expect Snapshot `json:"expect"`
	// Merges are the hub records, by key, that Connec!'s own merge takes away.
	Merges []string `json:"merges,omitempty"`
	// Losers are these records whole, as extracted, by key: a change to any part of one is drift, for it would go with the
	// record, and what goes is kept here.
	Losers map[string]Snapshot `json:"losers,omitempty"`
	// MayGain are IDs that the target may or may not bear afterwards: whether Connec!'s own merge moves them is unknown.
	MayGain []connec.ExternalID `json:"may_gain,omitempty"`
	// Fields are the fields decided by survivorship, changed or not, with what lost.
	Fields []FieldChoice `json:"fields,omitempty"`
	// SurvivorRule is the rule by which the target of a consolidate or merge is the survivor.
	SurvivorRule string          `json:"survivor_rule,omitempty"`
	Reason       Reason          `json:"reason"`
	Hazards      []Hazard        `json:"hazards,omitempty"`
	Inverse      *connec.Request `json:"inverse,omitempty"`
	// Irreversible says in words what the inverse cannot take back.
	Irreversible string   `json:"irreversible,omitempty"`
	DependsOn    []string `json:"depends_on,omitempty"` // operation IDs
	// Undoes is the operation of another plan that this one takes back.
	Undoes string `json:"undoes,omitempty"`
}

// Snapshot is a record as far as an operation is concerned with it.
type Snapshot struct {
	IDs    []connec.ExternalID        `json:"ids,omitempty"`    // the record's IDs that name it, sorted, the hub's own included
	Fields map[string]json.RawMessage `json:"fields,omitempty"` // field path (dots) -> value; null means no value
	Refs   map[string]string          `json:"refs,omitempty"`   // reference path -> hub key of the record referred to
}

// FieldChoice is one field's survivorship.
type FieldChoice struct {
	Field    string          `json:"field"`
	Before   json.RawMessage `json:"before"` // the target's own value
	After    json.RawMessage `json:"after"`  // the surviving value
	Winner   string          `json:"winner"` // key of the record it came from
	Rule     string          `json:"rule"`   // the rule that decided
	Losing   []LosingValue   `json:"losing,omitempty"`
	Conflict bool            `json:"conflict"` // two records held different values
}

// LosingValue is a value that did not survive; it stays in the plan.
type LosingValue struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// Reason says why the records of the cluster are held to be one.
type Reason struct {
	Kinds       []string `json:"kinds"`       // shared_id, link, fuzzy, decision
	Probability float64  `json:"probability"` // of the weakest fuzzy edge relied upon; 1 when IDs alone speak
	Text        string   `json:"text"`
}

// Hazard names a danger of an operation. A stop is refused unless allowed by name; a notice is printed.
type Hazard struct {
	Name string `json:"name"`
	Stop bool   `json:"stop"`
	Text string `json:"text"`
}

// Trailer is the plan's last line; SHA256 is over all bytes before it.
type Trailer struct {
	Lines  int64  `json:"lines"` // before the trailer, header included
	SHA256 string `json:"sha256"`
}
