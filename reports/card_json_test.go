package reports

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
)

// randomCard has hostile texts, and lists of all lengths from none.
func randomCard(dice *rand.Rand) card {
	texts := hostile()
	text := func() string { return visible(texts[dice.IntN(len(texts))]) }
	some := func() bool { return dice.IntN(2) == 0 }
	c := card{Collection: text(), ID: text(), MembersAll: dice.IntN(99), Base: dice.IntN(3), EdgesAll: dice.IntN(99), Clusters: []cardCluster{}, Members: []cardMember{}}
	for range dice.IntN(3) {
		c.Clusters = append(c.Clusters, cardCluster{ID: text(), Tier: text(), Reason: text()})
		m := cardMember{Key: text(), Source: text(), Hub: some(), Cluster: dice.IntN(3), Survivor: some(), Values: []string{text(), "", text()}}
		for range dice.IntN(3) {
			m.IDs = append(m.IDs, text())
		}
		c.Members = append(c.Members, m)
		e := cardEdge{A: dice.IntN(9) - 1, B: dice.IntN(9), Kind: text(), Via: text(), Scored: some(), Weight: rounded(dice.NormFloat64()*20, 100), Probability: rounded(dice.Float64(), 1e6)}
		for range dice.IntN(3) {
			e.Steps = append(e.Steps, stepOf(dice.IntN(20), uint8(dice.IntN(8)), dice.NormFloat64()*20, dice.NormFloat64(), 0))
		}
		c.Edges = append(c.Edges, e)
		c.Conflicts = append(c.Conflicts, cardConflict{Kind: text(), Detail: text()})
		c.Operations = append(c.Operations, cardOp{Type: text(), Target: text(), Request: text(), Body: text(), Hazards: text(), Reason: text(), Outcome: text()})
		c.Fields = append(c.Fields, cardField{Field: text(), Before: text(), After: text(), Winner: text(), Rule: text(), Conflict: some()})
		c.Surviving = append(c.Surviving, text())
	}
	return c
}

// What is written by hand is what encoding/json makes of the structs.
func TestCardsAreWrittenAsTheirStructs(t *testing.T) {
	t.Parallel()
	type plain card // without the method
	dice := rand.New(rand.NewPCG(5, 8))
	for range 3000 {
		c := randomCard(dice)
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(plain(c)); err != nil {
			t.Fatal(err)
		}
		if got := string(c.appendJSON(nil)) + "\n"; got != want.String() {
			t.Fatalf("written %s\nwant    %s", got, want.String())
		}
	}
	if got := string(appendQuoted(nil, "a\xffb")); got != `"a`+"\ufffd"+`b"` {
		t.Errorf("bytes that are no text are written %s", got)
	}
}
