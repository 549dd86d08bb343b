package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
)

func (r *runner) sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:        "sandbox",
		Usage:       "a Connec! server on loopback, and data with ground truth",
		Subcommands: []*cli.Command{r.sandboxServeCommand(), r.sandboxGenerateCommand()},
	}
}

func worldFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "people", Value: 2000, Usage: "`N` people on the hub; the applications' own files come on top"},
		&cli.IntFlag{Name: "organizations", Value: 400, Usage: "`N` organizations on the hub"},
		&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "`N` that chooses the world; the same seed makes the same bytes"},
		&cli.StringFlag{Name: "profile", Value: generator.Profiles()[0], Usage: "`NAME` of the recipe: gen/1, or gen/2 with addresses and dates typed more carelessly"},
	}
}

func (r *runner) sandboxGenerateCommand() *cli.Command {
	return &cli.Command{
		Name:  "generate",
		Usage: "write a generated world: the hub's records, the applications' files, the truth",
		Flags: append(worldFlags(), &cli.StringFlag{Name: "out", Value: "sandbox", Usage: "folder `DIR` to write to"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			stats, err := r.generate(c.Context, c, c.String("out"))
			if err != nil {
				return err
			}
			return r.print(c, stats, fmt.Sprintf("wrote %s: people.ndjson, organizations.ndjson, truth.csv and the applications' files (%s, seed %d)",
				c.String("out"), c.String("profile"), c.Uint64("seed")))
		},
	}
}

func (r *runner) generate(ctx context.Context, c *cli.Context, dir string) (generator.Stats, error) {
	p := newProgress(r.env.Stderr, c.Bool("quiet"))
	defer p.Close()
	return generator.Generate(ctx, generator.Options{
		People:        c.Int("people"),
		Organizations: c.Int("organizations"),
		Seed:          c.Uint64("seed"),
		Profile:       c.String("profile"),
	}, dir, func(done, total int64) { p.Step("generate", done, total) })
}

func (r *runner) sandboxServeCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "serve a Connec! API on loopback until Ctrl-C",
		Description: "--out writes a project to try sameas on: sameas.yaml, an application's files, known links and the truth.\n" +
			"--behave sets what the API's documentation leaves unsaid; the first value of each is the default:\n" +
			"  " + strings.ReplaceAll(sandbox.BehaveUsage(), ",", "\n  "),
		Flags: append(worldFlags(),
			&cli.StringFlag{Name: "addr", Value: "127.0.0.1:0", Usage: "loopback `HOST:PORT`; port 0 takes a free one"},
			&cli.StringFlag{Name: "out", Usage: "folder `DIR` to write a project to"},
			&cli.StringFlag{Name: "data", Usage: "folder `DIR` with the hub's records: read at the start when it has any, written at a clean stop"},
			&cli.DurationFlag{Name: "latency", Usage: "hold each answer back for `D`, such as 20ms"},
			&cli.StringFlag{Name: "faults", Usage: "`SHARES` of requests that go wrong: 500=0.05,429=0.05,reset=0.01,lost=0.01,truncate=0.01,slow=0.1"},
			&cli.StringFlag{Name: "behave", Usage: "`SETTINGS` for what is not documented, or the behaviour.yaml of a probe; both, parted by commas, the last word counts"},
			&cli.StringFlag{Name: "requests", Usage: "append one JSON object a request to `FILE`"},
			&cli.StringFlag{Name: "key", Value: sandbox.DefaultKey, Usage: "API `KEY` to accept; it guards generated data only"},
			&cli.StringFlag{Name: "secret", Value: sandbox.DefaultSecret, Usage: "API `SECRET` to accept; it guards generated data only"},
		),
		Action: r.serve,
	}
}

func (r *runner) serve(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	options, closeLog, err := serveOptions(c)
	if err != nil {
		return err
	}
	defer closeLog()
	server, err := sandbox.New(options)
	if err != nil {
		return err
	}
	if err := r.fill(c.Context, c, server); err != nil {
		return err
	}
	running, err := sandbox.Serve(c.Context, c.String("addr"), server)
	if err != nil {
		return err
	}
	if out := c.String("out"); out != "" {
		if err := sandbox.WriteProject(out, running.URL, sandbox.Project{}); err != nil {
			return err
		}
	}
	// One write, so that a reader of the first line has the rest.
	if _, err := io.WriteString(r.env.Stdout, fmt.Sprintf("listening on %s\nexport %s=%s\nexport %s=%s\n",
		running.URL, sandbox.KeyEnv, shellQuote(c.String("key")), sandbox.SecretEnv, shellQuote(c.String("secret")))); err != nil {
		return err
	}
	if c.String("out") == "" && !c.Bool("quiet") {
		fmt.Fprintf(r.env.Stderr, "as the hub of your own files, in another terminal: sameas init --from FILE --provider NAME --realm NAME --endpoint %s/api/v2 --group %s\n", running.URL, sandbox.DefaultGroup)
	}
	if err := running.Wait(); err != nil {
		return err
	}
	if data := c.String("data"); data != "" {
		_, err := server.Save(data)
		return err
	}
	return nil
}

// shellQuote is the text as a shell reads it back; plain words stay as they are.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r == '-' || r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func serveOptions(c *cli.Context) (o sandbox.Options, closeLog func(), err error) {
	closeLog = func() {}
	o = sandbox.Options{Key: c.String("key"), Secret: c.String("secret"), Latency: c.Duration("latency"), Seed: c.Uint64("seed"), Now: time.Now}
	if o.Behave, err = behave(c.String("behave")); err != nil {
		return o, closeLog, usageError(err)
	}
	if o.Faults, err = sandbox.ParseFaults(c.String("faults")); err != nil {
		return o, closeLog, usageError(err)
	}
	if path := c.String("requests"); path != "" {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return o, closeLog, fmt.Errorf("request log: %w", err)
		}
		o.Requests, closeLog = f, func() { _ = f.Close() }
	}
	return o, closeLog, nil
}

// behave reads --behave: name=value pairs, and files that a probe wrote, which hold no "=" in their names.
func behave(text string) (sandbox.Behave, error) {
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" && !strings.Contains(part, "=") {
			found, err := behaviour.Load(part)
			if err != nil {
				return sandbox.Behave{}, fmt.Errorf("--behave: %w", err)
			}
			part = found.Settings().String()
		}
		parts = append(parts, part)
	}
	return sandbox.ParseBehave(strings.Join(parts, ","))
}

// fill puts the records into the server: those of --data when it has any, else a generated world.
func (r *runner) fill(ctx context.Context, c *cli.Context, server *sandbox.Server) error {
	dir, err := worldDir(c)
	if err != nil {
		return err
	}
	if c.String("out") == "" {
		defer os.RemoveAll(dir)
	}
	saved, err := filepath.Glob(filepath.Join(c.String("data"), "*.ndjson"))
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	hasSaved := c.String("data") != "" && len(saved) > 0
	if !hasSaved || c.String("out") != "" {
		if _, err := r.generate(ctx, c, dir); err != nil {
			return err
		}
	}
	if hasSaved {
		return server.LoadDir(c.String("data"))
	}
	return loadWorld(server, dir)
}

// worldDir is where the generated files go: the project's folder, or one that is removed again.
func worldDir(c *cli.Context) (string, error) {
	if out := c.String("out"); out != "" {
		return out, nil
	}
	return os.MkdirTemp("", "sameas-sandbox-")
}

// loadWorld loads the hub's records of a generated world; organizations first, since people refer to them.
func loadWorld(server *sandbox.Server, dir string) error {
	for _, collection := range []string{"organizations", "people"} {
		f, err := os.Open(filepath.Join(dir, collection+".ndjson"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("load world: %w", err)
		}
		err = server.Load(collection, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
