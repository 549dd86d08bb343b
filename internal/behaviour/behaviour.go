// Package behaviour names what the public record of the Connec!(TM) API leaves unsaid, finds it out on a staging group
// with records to throw away, and keeps what was found in a file that plan, rehearsal and sandbox read.
//
// questions.go names the questions and their answers; file.go reads and writes behaviour.yaml; probe.go asks, one
// question a function of the probe_*.go files.
package behaviour

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Unknown is the value of a question that nothing has answered.
const Unknown = "unknown"

// Names of the questions, as behaviour.yaml and `sandbox serve --behave` write them.
const (
	MultiMatch         = "multi-match"
	PostAddsIDs        = "post-adds-ids"
	HeldID             = "held-id"
	GetAmbiguous       = "get-ambiguous"
	ForeignID          = "foreign-id"
	UnmatchedReference = "unmatched-reference"
	MergeMovesIDs      = "merge-moves-ids"
	Order              = "order"
	PageMax            = "page-max"
)

// Values of the questions. Refused is any answer of 400 to 499 that leaves the records as they were.
const (
	First    = "first"  // of several records the one that was created first
	Newest   = "newest" // the one that was created last
	Error    = "error"  // the request is refused
	True     = "true"
	False    = "false"
	Share    = "share" // the ID is then on both records
	Move     = "move"  // the ID is taken from the record that held it
	Accept   = "accept"
	Drop     = "drop" // left out without a word
	Refused  = "403"
	Create   = "create" // a record is made for it
	Stable   = "stable"
	Unstable = "unstable"
)

// Question is one thing that the documentation leaves unsaid.
type Question struct {
	// Name is the key in behaviour.yaml.
	Name string
	// Asks is the question in words.
	Asks string
	// Answers are the possible values; the first is what the sandbox does unless told otherwise. A number has none.
	Answers []Answer
}

// Answer is one value of a question.
type Answer struct {
	Value string
	Means string
}

// Questions are all of them, in the order in which they are told.
func Questions() []Question {
	return []Question{
		{MultiMatch, "which record does a POST update whose IDs match several?", []Answer{
			{First, "the one that was created first"}, {Newest, "the one that was created last"}, {Error, "none: it is refused"}}},
		{PostAddsIDs, "does a POST that updates a record add the IDs that the record lacks?", []Answer{
			{True, "yes"}, {False, "no, they are left out without a word"}}},
		{HeldID, "what does a write do with an ID that another record holds?", []Answer{
			{Share, "both records bear it then"}, {Move, "it is taken from the other record"}, {Error, "it is refused"}}},
		{GetAmbiguous, "which record answers a GET by an ID that several bear?", []Answer{
			{First, "the one that was created first"}, {Newest, "the one that was created last"}, {Error, "none: it is refused"}}},
		{ForeignID, "what becomes of an ID of another application than the credentials' own?", []Answer{
			{Accept, "it is written"}, {Drop, "it is left out without a word"}, {Refused, "the write is refused"}}},
		{UnmatchedReference, "what becomes of a reference whose ID no record bears?", []Answer{
			{Drop, "it is left out without a word"}, {Error, "the write is refused"}, {Create, "a record is made that bears the ID"}}},
		{MergeMovesIDs, "does Connec!'s own merge move IDs and references to the record kept?", []Answer{
			{True, "yes"}, {False, "no: the IDs are gone, and references lead nowhere"}}},
		{Order, "do records that sort equal come in the same order in each request?", []Answer{
			{Stable, "yes, as far as was seen"}, {Unstable, "no"}}},
		{PageMax, "how many records does one page hold at most?", nil},
	}
}

func question(name string) (Question, bool) {
	all := Questions()
	i := slices.IndexFunc(all, func(q Question) bool { return q.Name == name })
	if i < 0 {
		return Question{}, false
	}
	return all[i], true
}

// Values are the question's possible values, the sandbox's own first; nil for a number.
func (q Question) Values() []string {
	var values []string
	for _, a := range q.Answers {
		values = append(values, a.Value)
	}
	return values
}

// Means is the value in words.
func (q Question) Means(value string) string {
	for _, a := range q.Answers {
		if a.Value == value {
			return a.Means
		}
	}
	if q.Answers == nil && value != Unknown {
		return value + " records"
	}
	return "nothing has answered it"
}

// check refuses a value that the question cannot have.
func (q Question) check(value string) error {
	if q.Answers == nil {
		if n, err := strconv.Atoi(value); err != nil || n < 1 {
			return fmt.Errorf("%s %q: want a whole number of at least 1, or %s", q.Name, value, Unknown)
		}
		return nil
	}
	if !slices.Contains(q.Values(), value) {
		return fmt.Errorf("%s %q: want %s, or %s", q.Name, value, strings.Join(q.Values(), ", "), Unknown)
	}
	return nil
}

// Settings are values by the question's name; a question that is missing is unknown. The nil map knows nothing.
type Settings map[string]string

// Known reports the value found, "" when there is none.
func (s Settings) Known(name string) string { return s[name] }

// Unknown lists the questions without a value, in their order.
func (s Settings) Unknown() []Question {
	return slices.DeleteFunc(Questions(), func(q Question) bool { return s[q.Name] != "" })
}

// With is the settings and one more.
func (s Settings) With(name, value string) Settings {
	n := maps.Clone(s)
	if n == nil {
		n = Settings{}
	}
	n[name] = value
	return n
}

// String is name=value pairs in the questions' order, as `sandbox serve --behave` reads them.
func (s Settings) String() string {
	var parts []string
	for _, q := range Questions() {
		if v := s[q.Name]; v != "" {
			parts = append(parts, q.Name+"="+v)
		}
	}
	return strings.Join(parts, ",")
}
