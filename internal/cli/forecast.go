package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/merge"
)

func (r *runner) forecastCommand() *cli.Command {
	return &cli.Command{
		Name:  "forecast",
		Usage: "what each application's first sync would create",
		Description: "Exit code 2 while any application would create a record that it already holds, or may hold, and while nothing was matched\n" +
			"since the latest extraction, so that nobody can tell.",
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			forecast, err := merge.Forecast(ctx, s.db)
			if err != nil {
				return err
			}
			if err := r.print(c, forecast, forecast.Text()); err != nil {
				return err
			}
			if !forecast.Clean() {
				return exitWith(ExitLook)
			}
			return nil
		}),
	}
}
