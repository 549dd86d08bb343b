// Package config is sameas.yaml: its types, its defaults and its validation. Every key has a default but a source's own.
package config

import (
	"cmp"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// anyRealm stands for every realm of a provider.
const anyRealm = "*"

// What a key means that is not in the file.
const (
	defaultWorkspace   = "sameas.duckdb"
	defaultKeyEnv      = "CONNEC_API_KEY"
	defaultSecretEnv   = "CONNEC_API_SECRET"
	defaultPageSize    = 100 // nobody is known to ask Connec! for more
	defaultConcurrency = 4
	defaultRate        = 10
	defaultMergeRate   = 2
	defaultMaxShare    = 0.3
	defaultUndoDays    = 30
	defaultAuto        = 0.99
	defaultReview      = 0.5
	defaultAttach      = 0.995
	defaultBehaviour   = "behaviour.yaml"
	defaultSuppress    = "suppress.txt"
	defaultTimeout     = 60 // seconds; a person may have to confirm
	defaultMaxRejected = 0.05
	defaultFullRead    = 24 // hours: a record that is gone, or changed without a sign of it, is found within a day

	defaultMaster         = "local[*]"
	defaultExecutorMemory = "4g"
	defaultExecutorCores  = 2
	leastEngineWait       = 120 // two of the minutes after which Spark repeats a bar of progress that has not changed
	defaultEngineWait     = 300
)

// Config is the whole file. Relative paths in it are resolved against the file's folder by Load.
type Config struct {
	Workspace string                `yaml:"workspace"`
	Sources   []Source              `yaml:"sources"`
	Providers []Provider            `yaml:"providers"`
	Match     map[string]MatchRules `yaml:"match"` // by collection
	Merge     Merge                 `yaml:"merge"`
	Engine    Engine                `yaml:"engine"`
	// Suppress is the path of the list of records that must never be created again; see SuppressFile.
	Suppress string `yaml:"suppress"`

	folder         string // of the file, for digests that do not depend on where it lies
	behaviourNamed bool   // merge.behaviour stands in the file
	suppressNamed  bool   // suppress stands in the file
}

// Source types.
const (
	TypeConnec = "connec"
	TypeFile   = "file"
	TypeLinks  = "links"
)

// Values of Source.Dates.
const (
	DayFirst   = "day_first"
	MonthFirst = "month_first"
)

// Source is one place that records or links come from.
type Source struct {
	Name string `yaml:"name"`
	Type string `yaml:"type"`

	// Of connec sources.
	Endpoint    string      `yaml:"endpoint"`
	Group       string      `yaml:"group"`
	Credentials Credentials `yaml:"credentials"`
	Collections []string    `yaml:"collections"`
	PageSize    int64       `yaml:"page_size"`
	Concurrency int         `yaml:"concurrency"`
	Rate        float64     `yaml:"rate"` // requests per second, 0 = no limit
	// FullReadHours is how old the last full reading may be, in hours, for an incremental extraction to read only what
	// changed; 0 = however old.
	FullReadHours float64 `yaml:"full_read_hours" json:"-"`
	// CAFile holds, as PEM, the certificate authorities that the server is trusted by, instead of the system's.
	CAFile string `yaml:"ca_file" json:"-"`
	// AllowPlainHTTP is the one host that may be spoken to without TLS beside loopback, named as in Endpoint.
	AllowPlainHTTP string `yaml:"allow_plain_http" json:"-"`

	// Of file and links sources.
	Path       string `yaml:"path"`
	Collection string `yaml:"collection"`
	// Encoding is that of a text file, by its IANA name; "" finds it.
	Encoding string `yaml:"encoding" json:",omitempty"`
	// Delimiter is the character between two values of a line, or the word tab; "" finds it.
	Delimiter string `yaml:"delimiter" json:",omitempty"`
	// HeaderLine is the line that names the columns, from 1; 0 finds it.
	HeaderLine int64 `yaml:"header_line" json:",omitempty"`
	// Dates says how a date that two readings fit, 03/04/1980, is meant: DayFirst or MonthFirst; "" finds it.
	Dates string `yaml:"dates" json:",omitempty"`
	// MaxRejected is the share of a file's rows that may be unfit to load before the run stops; 0 = none may.
	MaxRejected float64 `yaml:"max_rejected" json:"-"`

	// Complete says that the file lists all records of its application: an ID that it lacks is gone, and keeps nothing
	// apart any more. Of file sources with a mapping.
	Complete bool `yaml:"complete" json:",omitempty"`

	// Of file sources with a mapping; without ID and Fields the file holds records as the hub returns them.
	ID         IDColumn            `yaml:"id"`
	AlsoIDs    []IDColumn          `yaml:"also_ids"`
	Fields     map[string]string   `yaml:"fields"`     // Connec! field path: column
	References map[string]IDColumn `yaml:"references"` // reference field: column
}

// Credentials name where the key and the secret are found: in two environment variables, in a file, or in what a command
// prints. They are never in the configuration itself.
type Credentials struct {
	KeyEnv    string `yaml:"key_env"`
	SecretEnv string `yaml:"secret_env"`
	// File is readable by its owner alone and holds `key=...` and `secret=...`, or a JSON object of the two.
	File string `yaml:"file" json:"-"`
	// Command is a program and its arguments, run without a shell; it prints what a File would hold.
	Command []string `yaml:"command" json:"-"`
	// Timeout is how many seconds the Command may take.
	Timeout float64 `yaml:"timeout" json:"-"`
}

// IDColumn says which column holds the ID that a provider uses in a realm.
type IDColumn struct {
	Provider string `yaml:"provider"`
	Realm    string `yaml:"realm"`
	Column   string `yaml:"column"`
}

// Values of Provider.Distinct.
const (
	DistinctForbid = "forbid" // two IDs of one provider and realm are two things: never one cluster
	DistinctReview = "review" // as forbid, and the refused pair becomes an item for review
	DistinctAllow  = "allow"  // the application holds duplicates of its own: no constraint
)

// Provider says how far an application's different IDs mean different things. Realm "*" is every realm.
type Provider struct {
	Provider string `yaml:"provider"`
	Realm    string `yaml:"realm"`
	Distinct string `yaml:"distinct"`
}

// MatchRules are one collection's own settings.
type MatchRules struct {
	Thresholds Thresholds   `yaml:"thresholds"`
	Fields     []MatchField `yaml:"fields"` // beyond the built-in ones
}

// Thresholds are probabilities: auto merges unasked, review is shown to a person, attach is the higher bar of what
// cannot be undone.
type Thresholds struct {
	Auto   float64 `yaml:"auto"`
	Review float64 `yaml:"review"`
	Attach float64 `yaml:"attach"`
}

// Values of MatchField.Compare.
const (
	CompareExact       = "exact"
	CompareExactOrTypo = "exact_or_typo"
	CompareText        = "text"
)

// MatchField compares one more field path, by one of the Compare values.
type MatchField struct {
	Name    string `yaml:"name"`
	Path    string `yaml:"path"`
	Compare string `yaml:"compare"`
}

// Values of Merge.Via.
const (
	ViaUpsert = "upsert"
	ViaNative = "native"
)

// Names of the stop hazards that Merge.Allow may hold.
const (
	HazardIDOnTwoRecords   = "id_on_two_records"
	HazardRetirePropagates = "retire_propagates"
	HazardForeignID        = "foreign_id"
	HazardArchivedTarget   = "archived_target"
	HazardOutcomeUnknown   = "outcome_unknown"
)

// Merge says what a plan may hold and how it is applied.
type Merge struct {
	Via      string   `yaml:"via"`
	Retire   bool     `yaml:"retire"`
	Create   bool     `yaml:"create"`
	MaxShare float64  `yaml:"max_share"` // of a collection's hub records
	Allow    []string `yaml:"allow"`     // stop hazards, by name
	Rate     float64  `yaml:"rate"`      // requests per second, 0 = no limit
	// Concurrency is how many requests may be under way at once; fewer are while the server is overloaded or slow.
	Concurrency int `yaml:"concurrency" json:",omitempty"`
	// Batch is how many writes go to the server in one request, 0 = each in its own.
	Batch int `yaml:"batch" json:",omitempty"`
	// UndoDays is how many days after the last write a plan may be undone, and its file and journal, which hold the
	// values before, are to be kept.
	UndoDays int `yaml:"undo_days" json:"-"`
	// Owners say which source owns a field, by path (email.address) or group (name, address_home.billing): its most recently
	// updated record wins there.
	Owners map[string]string `yaml:"owners" json:",omitempty"`
	// Behaviour is the path of what `sameas probe` found; see BehaviourFile. The plan itself holds what the file says.
	Behaviour string `yaml:"behaviour" json:"-"`
}

// BehaviourFile is where `sameas probe` writes what it finds and the plan reads it. Unless the file is named in the
// configuration it need not be there: nothing is known then.
func (c *Config) BehaviourFile() (path string, named bool) {
	return c.Merge.Behaviour, c.behaviourNamed
}

// SuppressFile is where the list of records lies that must never be created again. Unless it is named in the configuration
// it need not be there: nothing is suppressed then.
func (c *Config) SuppressFile() (path string, named bool) { return c.Suppress, c.suppressNamed }

// Distinct is the setting for a provider and realm: the first entry that fits, or DistinctReview. The hub's own IDs
// are always DistinctAllow: two records of the hub are what a duplicate is.
func (c *Config) Distinct(provider, realm string) string {
	if provider == connec.HubProvider {
		return DistinctAllow
	}
	for _, p := range c.Providers {
		if p.Provider == provider && (p.Realm == anyRealm || p.Realm == "" || p.Realm == realm) {
			return cmp.Or(p.Distinct, DistinctReview)
		}
	}
	return DistinctReview
}

// Lists reports whether a file source says that it lists all records of its application.
func (c *Config) Lists(source string) bool {
	return slices.ContainsFunc(c.Sources, func(s Source) bool { return s.Name == source && s.Complete })
}

// Thresholds are those of a collection, defaults filled in: auto 0.99, review 0.5, attach 0.995. A default gives way
// to what is set: review is never above auto, attach never below it.
func (c *Config) Thresholds(collection string) Thresholds {
	t := c.Match[collection].Thresholds
	t.Auto = cmp.Or(t.Auto, defaultAuto)
	t.Review = cmp.Or(t.Review, min(defaultReview, t.Auto))
	t.Attach = cmp.Or(t.Attach, max(defaultAttach, t.Auto))
	return t
}
