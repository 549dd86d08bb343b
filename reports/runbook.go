package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// runbook is what the people who carry the plan out must know beside the plan itself.
type runbook struct {
	Applications []runbookApplication
	Irreversible []runbookIrreversible
	Header       runbookHeader
}

// runbookApplication is what the plan does to the records of one application.
type runbookApplication struct {
	application
	Records       int64 // that it knows and that the plan writes: nobody may edit them meanwhile
	Notifications int64 // writes that it is told of
	Retired       int64 // of these, records that become INACTIVE, which it deletes
}

type runbookIrreversible struct {
	Type, Why  string
	Operations int64
}

// runbookHeader is what the report reads of a plan's first line.
type runbookHeader struct {
	Endpoint      string              `json:"endpoint"`
	Group         string              `json:"group"`
	Notifications int64               `json:"notifications"`
	NotExtracted  map[string][]string `json:"not_extracted"`
	InDoubt       []string            `json:"in_doubt"`
	HubRecords    map[string]int64    `json:"hub_records"`
	Writes        map[string]int64    `json:"writes"`
	MaxShare      float64             `json:"max_share"`
	Allow         []string            `json:"allow"`
	Part          *struct {
		OfOperations int64 `json:"of_operations"`
	} `json:"part"`
}

func (p *page) readRunbook(ctx context.Context, on queries.Querier, header string) (err error) {
	if header != "" {
		if err := json.Unmarshal([]byte(header), &p.Runbook.Header); err != nil {
			return fmt.Errorf("read the plan's header: %w: make the plan again", err)
		}
	}
	p.Runbook.Applications, err = readRows(ctx, on, "reports/runbook_applications.sql", func(a *runbookApplication) []any {
		return []any{&a.Provider, &a.Realm, &a.Records, &a.Notifications, &a.Retired}
	})
	if err != nil {
		return err
	}
	p.Runbook.Irreversible, err = readRows(ctx, on, "reports/runbook_irreversible.sql", func(x *runbookIrreversible) []any {
		return []any{&x.Type, &x.Why, &x.Operations}
	})
	return err
}

// runbookPart is one heading of the runbook and what stands below it.
type runbookPart struct {
	Title   string
	Ordered bool
	Lines   []string
}

// runbookParts are the runbook in words; none before there is a plan.
func (p *page) runbookParts() []runbookPart {
	if !p.Plan.Made {
		return nil
	}
	parts := []runbookPart{{"Order", true, p.runbookOrder()}, {"Who stops editing what, and when", false, p.runbookFreeze()},
		{"What cannot be undone", false, p.runbookIrreversible()}, {"Notifications to expect", false, p.runbookNotifications()},
		{"When to stop", false, p.runbookAbort()}, {"What only an application can mend", false, p.runbookFixes()},
		{"What was not looked at", false, p.runbookUnseen()}}
	return slices.DeleteFunc(parts, func(x runbookPart) bool { return len(x.Lines) == 0 })
}

func (p *page) runbookOrder() []string {
	plan := p.Plan.Path
	steps := []string{fmt.Sprintf("Read the plan: `sameas merge dry-run %s`. Whoever approves it notes its digest.", plan),
		fmt.Sprintf("Rehearse it: `sameas merge rehearse %s` names what hangs on something unknown of the API.", plan),
		"Tell the people named below to stop editing, and keep the next application's sync switched off."}
	if p.Runbook.Header.Part == nil {
		steps = append(steps, "Try a few first: `sameas merge plan --pilot 50 --out pilot.ndjson`, apply and verify it, look at the records in the applications.")
	}
	return append(steps,
		fmt.Sprintf("Apply: `sameas merge apply --sha256 DIGEST %s`. It can be stopped with Ctrl-C and resumed at any time.", plan),
		fmt.Sprintf("Verify: `sameas merge verify %s` must find no difference.", plan),
		"Let people edit again.",
		"Extract and match again; `sameas forecast` says what would still be created twice.",
		"Switch on the next application's sync once that is accepted, and verify again after one full sync.")
}

func (a application) String() string { return unhide(a.Provider) + "/" + unhide(a.Realm) }

func (p *page) runbookFreeze() []string {
	lines := []string{}
	for _, a := range p.Runbook.Applications {
		lines = append(lines, fmt.Sprintf("%s: nobody edits the %s that the plan writes, from step 3 until verify is done; what was edited since the extraction is skipped (operations.csv lists them by target).",
			a.application, many(a.Records, "record", "records")))
	}
	for _, a := range p.Onboarding {
		lines = append(lines, fmt.Sprintf("%s: its sync stays off until the forecast is accepted, and no record is created or merged there after its file was exported.", a))
	}
	return lines
}

func (p *page) runbookIrreversible() []string {
	lines := []string{}
	for _, x := range p.Runbook.Irreversible {
		lines = append(lines, fmt.Sprintf("%s: %s", many(x.Operations, x.Type, x.Type), unhide(x.Why)))
	}
	if len(lines) == 0 && p.Plan.Operations > 0 {
		lines = append(lines, "Nothing: every operation can be undone with `sameas merge undo`.")
	}
	return lines
}

func (p *page) runbookNotifications() []string {
	lines := []string{}
	for _, a := range p.Runbook.Applications {
		line := fmt.Sprintf("%s: %s, of the records that it knows", a.application, many(a.Notifications, "change", "changes"))
		if a.Retired > 0 {
			line += fmt.Sprintf("; %s of them INACTIVE, which it takes for a delete", thousands(a.Retired))
		}
		lines = append(lines, line)
	}
	if n := p.Runbook.Header.Notifications; n > 0 {
		lines = append(lines, fmt.Sprintf("In all %s: writes times the applications that know the record, if each is subscribed to its collection.", many(n, "notification", "notifications")))
	}
	return lines
}

// runbookAbort are the signs to stop at; sameas stops at some by itself.
func (p *page) runbookAbort() []string {
	if p.Plan.Operations == 0 {
		return nil
	}
	some := max(1, p.Plan.Operations/100)
	return []string{
		"The first operation of a type is not found as planned when it is read back, or a write created a record: apply stops by itself.",
		fmt.Sprintf("More than %s found drifted: somebody is editing, or a sync is running. Find out who; extract, match and plan again.", many(some, "operation is", "operations are")),
		fmt.Sprintf("More than %s failed, or their outcome is unknown: `sameas merge apply --max-failures %d` stops there.", many(some, "operation", "operations"), some),
		"`sameas merge verify` finds a difference that nobody can explain.",
		"An application's users report records that vanished, changed or appeared twice.",
		"Then: stop with Ctrl-C, leave every sync off, look at `sameas merge status`; `sameas merge undo` shows what can be taken back.",
	}
}

func (p *page) runbookFixes() []string {
	counts := map[string]int64{}
	for _, f := range p.FixInApp {
		counts[application{f.Provider, f.Realm}.String()+" "+f.Collection]++
	}
	lines := []string{}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, fmt.Sprintf("%s: %s to merge there, listed in fix_in_app.csv", name, many(counts[name], "probable duplicate", "probable duplicates")))
	}
	return lines
}

func (p *page) runbookUnseen() []string {
	lines := []string{}
	for _, collection := range slices.Sorted(maps.Keys(p.Runbook.Header.NotExtracted)) {
		lines = append(lines, fmt.Sprintf("References to duplicates among %s in collections that were not extracted stay as they are; such may be: %s.",
			unhide(collection), unhide(strings.Join(p.Runbook.Header.NotExtracted[collection], ", "))))
	}
	for _, line := range p.Runbook.Header.InDoubt {
		lines = append(lines, "The extraction is in doubt, and the plan knows no more than it: "+unhide(line))
	}
	if n := p.Plan.ReviewItems; n > 0 {
		lines = append(lines, fmt.Sprintf("%s for a person to judge: nothing is written for them.", many(n, "item", "items")))
	}
	if part := p.Runbook.Header.Part; part != nil {
		lines = append(lines, fmt.Sprintf("This plan is a part: the whole would be %s.", many(part.OfOperations, "operation", "operations")))
	}
	return lines
}

// span is a stretch of a line: words, or what is to be typed.
type span struct {
	Text string
	Code bool
}

// spans parts a line at its back quotes.
func spans(line string) []span {
	var all []span
	for i, text := range strings.Split(line, "`") {
		if text != "" {
			all = append(all, span{text, i%2 == 1})
		}
	}
	return all
}

// writeRunbook writes the runbook as a page of its own, to hand to those who carry the plan out.
func writeRunbook(p *page, w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Runbook\n")
	parts := p.runbookParts()
	if len(parts) == 0 {
		b.WriteString("\nNo plan has been made: run `sameas merge plan` and write this report again.\n")
	} else {
		h := p.Runbook.Header
		fmt.Fprintf(&b, "\n%s to group %s at %s, by the plan %s.\n", many(p.Plan.Operations, "write", "writes"), unhide(h.Group), unhide(h.Endpoint), unhide(p.Plan.Path))
	}
	for _, part := range parts {
		fmt.Fprintf(&b, "\n## %s\n\n", part.Title)
		for i, line := range part.Lines {
			mark := "-"
			if part.Ordered {
				mark = fmt.Sprintf("%d.", i+1)
			}
			fmt.Fprintf(&b, "%s %s\n", mark, strings.ReplaceAll(line, "\n", " "))
		}
	}
	_, err := io.WriteString(w, strings.ReplaceAll(b.String(), "\u202f", " "))
	return err
}
