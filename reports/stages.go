package reports

import (
	"context"

	queries "github.com/sameas/sameas/sql"
)

// stages says what has left something in the workspace.
type stages struct {
	Extracted, Matched, Planned, Applied, Verified bool
	MatchStale, PlanStale                          bool
}

func readStages(ctx context.Context, on queries.Querier) (stages, error) {
	var s stages
	err := queries.One(ctx, on, "reports/stages.sql", nil,
		&s.Extracted, &s.Matched, &s.Planned, &s.Applied, &s.Verified, &s.MatchStale, &s.PlanStale)
	return s, err
}

// notRun lists the stages that have left nothing, by the command that runs each.
func (s stages) notRun() []string {
	missing := []string{}
	for _, stage := range []struct {
		command string
		ran     bool
	}{
		{"extract", s.Extracted},
		{"match", s.Matched},
		{"merge plan", s.Planned},
		{"merge apply", s.Applied},
		{"merge verify", s.Verified},
	} {
		if !stage.ran {
			missing = append(missing, stage.command)
		}
	}
	return missing
}
