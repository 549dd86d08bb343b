package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

func (r *runner) probeCommand() *cli.Command {
	return &cli.Command{
		Name:  "probe",
		Usage: "find out on a staging group what the API leaves unsaid; merge plan and merge rehearse read what it finds",
		Description: "Makes two people of an unmistakable name, asks of them what no documentation says, and leaves them INACTIVE:\n" +
			"the API deletes nothing. The group must be named with --staging, and is asked for once more before the first\n" +
			"request that writes. --dry-run lists the requests and sends none.\n" +
			"Exit code 2 means that something that was asked stays unknown.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "staging", Usage: "the configured `GROUP`, to say that it is for staging and may be written to"},
			&cli.BoolFlag{Name: "yes", Usage: "do not ask: what will be left behind has been read"},
			&cli.BoolFlag{Name: "dry-run", Usage: "list the requests, as a hub of the sandbox's habits would have them asked; send none"},
			&cli.StringFlag{Name: "source", Usage: "`NAME` of the configuration's connec source, when there are several"},
			&cli.StringFlag{Name: "as", Usage: "`PROVIDER/REALM` of the application whose credentials these are (default: that of the file sources)"},
			&cli.StringFlag{Name: "foreign", Usage: "`PROVIDER/REALM` of another application (default: one that the configuration names, else an invented one)"},
			&cli.BoolFlag{Name: "native", Usage: "also try Connec!'s own merge, on two organizations made for it (default when merge.via is native)"},
			&cli.StringFlag{Name: "out", Usage: "`FILE` to write (default: the configuration's merge.behaviour, behaviour.yaml beside it)"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			cfg, err := config.Load(c.String("config"))
			if err != nil {
				return err
			}
			p, err := r.newProbe(c, cfg)
			if err != nil {
				return err
			}
			if c.Bool("dry-run") {
				return p.list(c.Context)
			}
			return p.run(c.Context)
		},
	}
}

// probe is one call of the command.
type probe struct {
	*runner
	c       *cli.Context
	source  config.Source
	options behaviour.Options
	out     string
	rate    float64
}

func (r *runner) newProbe(c *cli.Context, cfg *config.Config) (*probe, error) {
	source, err := probedSource(cfg, c.String("source"))
	if err != nil {
		return nil, err
	}
	own, foreign, err := probedAccounts(c, cfg)
	if err != nil {
		return nil, err
	}
	mark, err := newMark(time.Now())
	if err != nil {
		return nil, err
	}
	p := &probe{runner: r, c: c, source: source, out: c.String("out"), rate: cfg.Merge.Rate}
	if p.out == "" {
		p.out, _ = cfg.BehaviourFile()
	}
	p.options = behaviour.Options{Endpoint: source.Endpoint, Group: source.Group, Provider: own.Provider, Realm: own.Realm,
		ForeignProvider: foreign.Provider, ForeignRealm: foreign.Realm, Mark: mark, Now: time.Now,
		Native: c.Bool("native") || cfg.Merge.Via == config.ViaNative}
	return p, nil
}

func probedSource(cfg *config.Config, name string) (config.Source, error) {
	var found []config.Source
	var names []string
	for _, s := range cfg.Sources {
		if s.Type == config.TypeConnec {
			names = append(names, s.Name)
			if name == "" || s.Name == name {
				found = append(found, s)
			}
		}
	}
	if len(found) != 1 {
		return config.Source{}, usageError(fmt.Errorf("probe asks one hub: say --source, one of the connec sources %q", names))
	}
	return found[0], nil
}

// probedAccounts are the application that asks and another one.
func probedAccounts(c *cli.Context, cfg *config.Config) (own, foreign config.IDColumn, err error) {
	var mine, others []config.IDColumn
	add := func(list *[]config.IDColumn, id config.IDColumn) {
		id.Column = ""
		if id.Provider != "" && !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, s := range cfg.Sources {
		if s.Type == config.TypeFile {
			add(&mine, s.ID)
			for _, also := range s.AlsoIDs {
				add(&others, also)
			}
		}
	}
	switch text := c.String("as"); {
	case text != "":
		if own, err = account("--as", text); err != nil {
			return own, foreign, err
		}
	case len(mine) == 1:
		own = mine[0]
	default:
		return own, foreign, usageError(fmt.Errorf("say with --as PROVIDER/REALM which application these credentials belong to: the configuration's files name %d", len(mine)))
	}
	foreign = config.IDColumn{Provider: "sameas-probe-other", Realm: "0"}
	for _, id := range append(mine, others...) {
		if id != own {
			foreign = id
			break
		}
	}
	if text := c.String("foreign"); text != "" {
		foreign, err = account("--foreign", text)
	}
	if err == nil && foreign == own {
		err = usageError(errors.New("--foreign is the application itself: name another one"))
	}
	return own, foreign, err
}

func account(flag, text string) (config.IDColumn, error) {
	id, err := connec.ParseExternalID(text + "/x")
	if err != nil || id.IsHub() {
		return config.IDColumn{}, usageError(fmt.Errorf("%s %q: want PROVIDER/REALM, such as my-application/2243", flag, text))
	}
	return config.IDColumn{Provider: id.Provider, Realm: id.Realm}, nil
}

// newMark is a text that no other probe has.
func newMark(now time.Time) (string, error) {
	random := make([]byte, 4)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("probe: %w", err)
	}
	return now.UTC().Format("20060102-150405-") + hex.EncodeToString(random), nil
}

// run asks the person, then the hub, and writes the file.
func (p *probe) run(ctx context.Context) error {
	if err := p.allowed(); err != nil {
		return err
	}
	connection, err := p.source.Connection(ctx, p.env.Getenv)
	if err != nil {
		return err
	}
	connection.Rate = p.rate
	client, err := connec.NewClient(connection)
	if err != nil {
		return err
	}
	if err := p.confirm(ctx, client); err != nil {
		return err
	}
	progress := newProgress(p.env.Stderr, p.c.Bool("quiet") || p.c.String("log-format") == "json")
	p.options.Hub, p.options.Progress = client, progress.Step
	file, err := behaviour.Probe(ctx, p.options)
	progress.Close()
	out := p.out
	if err != nil {
		out += ".incomplete" // what an earlier probe found is not lost to one that failed
	}
	if saveErr := file.Save(out); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	if printErr := p.print(p.c, file, probeText(file, out)); printErr != nil {
		return errors.Join(err, printErr)
	}
	if err != nil {
		return fmt.Errorf("%w: what was found until then is in %s, with the records that are left", err, out)
	}
	for _, q := range file.Settings().Unknown() {
		if q.Name != behaviour.MergeMovesIDs || p.options.Native {
			return exitWith(ExitLook)
		}
	}
	return nil
}

// allowed refuses a group that nobody has called a staging group.
func (p *probe) allowed() error {
	switch staging := p.c.String("staging"); {
	case staging == "":
		return usageError(fmt.Errorf("probe writes to the hub: if group %s at %s is for staging and nobody's data, say --staging %s; --dry-run lists the requests",
			p.source.Group, p.source.Endpoint, p.source.Group))
	case staging != p.source.Group:
		return usageError(fmt.Errorf("--staging %s is not the configured group, which is %s: nothing was sent", staging, p.source.Group))
	}
	return nil
}

// confirm says what will be left behind and has the group's name typed.
func (p *probe) confirm(ctx context.Context, client *connec.Client) error {
	page, err := client.List(ctx, "people", connec.ListOptions{Top: 1})
	if err != nil {
		return err
	}
	holds := "an unknown number of people"
	if page.Total >= 0 {
		holds = fmt.Sprintf("%d people", page.Total)
	}
	text := fmt.Sprintf("Group %s at %s holds %s.\nThe probe will leave there, INACTIVE, because the API deletes nothing: %s.\n"+
		"Applications connected to the group hear of them and may copy them.\n", p.source.Group, p.source.Endpoint, holds, behaviour.Leaves(p.options))
	if _, err := io.WriteString(p.env.Stderr, text); err != nil {
		return err
	}
	if p.c.Bool("yes") {
		return nil
	}
	if _, err := fmt.Fprint(p.env.Stderr, "Type the group's name to go on: "); err != nil {
		return err
	}
	line, err := bufio.NewReader(p.env.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(line) != p.source.Group {
		return fmt.Errorf("not confirmed: nothing was written; --yes goes on without asking")
	}
	return nil
}

// list prints the requests of a probe that the built-in sandbox answers; nothing leaves the process.
func (p *probe) list(ctx context.Context) error {
	hub, err := sandbox.New(sandbox.Options{Group: p.source.Group, Provider: p.options.Provider, Realm: p.options.Realm})
	if err != nil {
		return err
	}
	doer, err := hub.Doer(p.source.Endpoint)
	if err != nil {
		return err
	}
	l := &lister{inner: doer}
	if p.options.Hub, err = connec.NewClient(connec.Options{Endpoint: p.source.Endpoint, Group: p.source.Group, Doer: l}); err != nil {
		return err
	}
	if _, err := behaviour.Probe(ctx, p.options); err != nil {
		return err
	}
	requests := l.named()
	writes := writing(requests)
	return p.print(p.c, map[string]any{"endpoint": p.source.Endpoint, "group": p.source.Group, "leaves_behind": behaviour.Leaves(p.options), "requests": requests, "writes": writes},
		fmt.Sprintf("Probe of %s, group %s: %d requests, of which %d write. None was sent.\nThe hub's answers may leave out or add a few; UUIDs are the hub's to give.\n\n%s\nIt would leave behind, INACTIVE: %s",
			p.source.Endpoint, p.source.Group, len(requests), writes, strings.Join(repeated(requests), "\n")+"\n", behaviour.Leaves(p.options)))
}

// lister passes requests on and keeps them.
type lister struct {
	inner connec.Doer
	lines []string
}

func (l *lister) Do(r *http.Request) (*http.Response, error) {
	line := r.Method + " " + r.URL.RequestURI()
	if r.Body != nil && r.Body != http.NoBody {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		line += " " + string(body)
	}
	l.lines = append(l.lines, line)
	return l.inner.Do(r)
}

var uuidForm = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// named are the requests with UUIDs numbered in the order of their first use.
func (l *lister) named() []string {
	numbers := map[string]string{}
	lines := make([]string, len(l.lines))
	for i, line := range l.lines {
		lines[i] = uuidForm.ReplaceAllStringFunc(line, func(uuid string) string {
			if numbers[uuid] == "" {
				numbers[uuid] = fmt.Sprintf("{UUID %d}", len(numbers)+1)
			}
			return numbers[uuid]
		})
	}
	return lines
}

// repeated says once what is asked several times in a row.
func repeated(requests []string) []string {
	var lines []string
	for i := 0; i < len(requests); {
		n := 1
		for i+n < len(requests) && requests[i+n] == requests[i] {
			n++
		}
		line := requests[i]
		if n > 1 {
			line += fmt.Sprintf(" (%d times)", n)
		}
		lines = append(lines, line)
		i += n
	}
	return lines
}

func writing(requests []string) (n int) {
	for _, line := range requests {
		if !strings.HasPrefix(line, http.MethodGet) {
			n++
		}
	}
	return n
}

func probeText(f behaviour.File, path string) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, q := range behaviour.Questions() {
		finding := f.Findings[q.Name]
		why := []string{finding.Means, finding.Note}
		fmt.Fprintf(w, "%s\t%s\t%s\n", q.Name, finding.Value, strings.Join(slices.DeleteFunc(why, func(s string) bool { return s == "" }), ": "))
	}
	_ = w.Flush()
	for _, l := range f.LeftBehind {
		fmt.Fprintf(&b, "left behind: %s %s, %s\n", l.Collection, l.Key, l.State)
		if id, err := connec.ParseExternalID(l.Key); err == nil && id.IsHub() && l.State == "ACTIVE" {
			fmt.Fprintf(&b, "  to take it out of use: PUT /%s/%s {\"%s\":{\"status\":\"INACTIVE\"}}\n", l.Collection, id.ID, l.Collection)
		}
	}
	fmt.Fprintf(&b, "%s holds this, with the requests and answers that show it\n", path)
	if f.Stopped == "" {
		fmt.Fprintf(&b, "Next: sameas merge plan, which reads it\n")
	}
	return b.String()
}
