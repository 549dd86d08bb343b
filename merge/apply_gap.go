package merge

import "time"

// Gap says how long, in milliseconds, the answer to a write came after the answer to the read that it was decided on. No
// entity tag of the API is known, so a change that another editor makes in that time is lost, and nobody can tell. It is
// measured in each run.
type Gap struct {
	Writes int64   `json:"writes"`
	Mean   float64 `json:"mean_ms"`
	Most   float64 `json:"most_ms"`
}

// gaps sums up the gaps of a run.
type gaps struct {
	n         int64
	sum, most time.Duration
}

func (g *gaps) add(d time.Duration) {
	g.n++
	g.sum += d
	g.most = max(g.most, d)
}

func (g *gaps) result() *Gap {
	if g.n == 0 {
		return nil
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return &Gap{Writes: g.n, Mean: ms(g.sum / time.Duration(g.n)), Most: ms(g.most)}
}
