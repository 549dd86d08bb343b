package reports

import (
	"fmt"
	"strings"
)

// This is the customer's page in words: what the plan changes, what it does not, and how it is carried out. Each line is
// one sentence; what stands between back quotes is to be typed.

// changeLines say what becomes of the records, by kind of operation; none before there is a plan.
func (p *page) changeLines() []string {
	var lines []string
	for _, o := range p.Operations {
		if line := changeLine(o.Type, o.Planned); line != "" {
			lines = append(lines, line)
		}
	}
	if n := p.Runbook.Header.Notifications; n > 0 {
		lines = append(lines, fmt.Sprintf("Applications are told of these writes: %s in all.", many(n, "notification", "notifications")))
	}
	if p.Plan.Made && len(lines) == 0 {
		lines = append(lines, "Nothing: the plan holds no write.")
	}
	return lines
}

func changeLine(kind string, n int64) string {
	records := many(n, "record", "records")
	switch kind {
	case "attach":
		return records + " of the hub " + verb(n, "gains", "gain") + " the ID that an application uses, so that its sync finds them instead of creating them again."
	case "consolidate":
		return records + " of the hub, each the one kept of several duplicates, " + verb(n, "takes", "take") + " over the best values and the IDs of the others."
	case "repoint":
		return records + " that " + verb(n, "refers", "refer") + " to a duplicate " + verb(n, "refers", "refer") + " to the kept record from then on."
	case "retire":
		return many(n, "duplicate becomes", "duplicates become") + " inactive, which applications take for a delete."
	case "merge":
		return many(n, "merge of", "merges of") + " duplicates by the hub's own means: one record is kept, the others are deleted."
	case "create":
		return records + " of an application " + verb(n, "is", "are") + " created in the hub, which lacks " + verb(n, "it", "them") + "."
	}
	return ""
}

func verb(n int64, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// stayLines say what the plan leaves as it is.
func (p *page) stayLines() []string {
	var lines []string
	if p.planned("retire")+p.planned("merge")+p.planned("create") == 0 {
		lines = append(lines, "No record is created, deleted or made inactive.")
	} else if p.planned("merge") == 0 {
		lines = append(lines, "No record is deleted.")
	}
	lines = append(lines, "Codes, balances, credit limits and payment terms are never written; a value that is replaced stays in the plan.")
	if items, sentBack := p.toJudge(); items > 0 {
		line := many(items, "item waits", "items wait") + " for a person to judge: nothing is written for " + verb(items, "it", "them")
		if sentBack > 0 {
			line += fmt.Sprintf(" (%s because the records differ in what identifies them)", thousands(sentBack))
		}
		lines = append(lines, line+".")
	}
	if p.Plan.Withheld > 0 {
		lines = append(lines, many(p.Plan.Withheld, "record is", "records are")+" left alone"+p.mainReasons()+".")
	}
	if n := len(p.FixInApp); n > 0 {
		lines = append(lines, many(int64(n), "duplicate", "duplicates")+" inside applications "+verb(int64(n), "stays", "stay")+" until their own users merge "+verb(int64(n), "it", "them")+".")
	}
	return lines
}

func (p *page) planned(kind string) (n int64) {
	for _, o := range p.Operations {
		if o.Type == kind {
			n += o.Planned
		}
	}
	return n
}

// mainReasons names the two commonest reasons why records are left alone.
func (p *page) mainReasons() string {
	var parts []string
	for _, w := range p.Withheld[:min(2, len(p.Withheld))] {
		if meaning := withheldMeaning(w.What); meaning != "" {
			parts = append(parts, thousands(w.Count)+": "+strings.ToLower(meaning[:1])+strings.TrimSuffix(meaning[1:], "."))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// toJudge is what waits for a person: the items that match asks about, and, once there is a plan of this match, those that
// the plan sent back.
func (p *page) toJudge() (items, sentBack int64) {
	for _, c := range p.Collections {
		items += c.ReviewItems
	}
	if p.Plan.Made && !p.Stages.PlanStale && p.Plan.ReviewItems > items {
		sentBack = p.Plan.ReviewItems - items
	}
	return items + sentBack, sentBack
}

// carriedLines are the runbook in a few lines.
func (p *page) carriedLines() []string {
	lines := []string{"Whoever approves reads the plan and notes its digest; it is rehearsed, and a few writes are tried first."}
	if n := len(p.Runbook.Applications); n > 0 {
		lines = append(lines, fmt.Sprintf("People stop editing the records concerned in %s while it runs.", many(int64(n), "application", "applications")))
	}
	lines = append(lines, "The writes are made, can be stopped and resumed at any time, and every one is read back.")
	if n := p.irreversible(); n > 0 {
		lines = append(lines, fmt.Sprintf("%s cannot be undone: an ID, once added, stays. The rest can.", many(n, "write", "writes")))
	}
	return append(lines, "The forecast is made again; the next sync is switched on once it is accepted.", "The runbook below says each step, who, and when to stop.")
}

// irreversible counts the operations of which something cannot be taken back.
func (p *page) irreversible() (n int64) {
	for _, x := range p.Runbook.Irreversible {
		n += x.Operations
	}
	return n
}
