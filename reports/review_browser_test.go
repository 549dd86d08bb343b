package reports

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var reviewPictures = flag.String("review-pictures", "", "folder `DIR` to draw the review page into, at phone and desktop width, in both themes")

// judgeable is the hand-made workspace with three more questions, each whether two hub records are one.
func judgeable(t testing.TB) *sql.DB {
	t.Helper()
	db := handMade(t)
	for i, name := range []string{"Okafor", "Lindqvist", "Moreau"} {
		item, weight := fmt.Sprintf("people-1%d", i), 3.0-float64(i)
		for k := range 2 {
			rid, id := 100+10*i+k, fmt.Sprintf("q-%d%c", i, 'a'+k)
			key := "connec/org-1/" + id
			execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, emails, mobiles, landlines, work_phones, websites, addresses, content_hash, raw)
				VALUES ($1, 'hub', 'people', $2, 'connec', 'org-1', $3, true, $4, $5, [$6], [], [], [], [], [], '', '{"first_name":"x","email":{"address":"y"}}')`,
				rid, key, id, []string{"Ann", "Anne"}[k], name, fmt.Sprintf("a%d@%s.example", k, strings.ToLower(name)))
			execute(t, db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES ($1, 'people', 'connec', 'org-1', $2, 0)`, rid, id)
			execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $3, 'single', $4)`, rid, key, fmt.Sprintf("people-1%d%d", i, k), item)
		}
		execute(t, db, `INSERT INTO edges (collection, rid_a, rid_b, key_a, key_b, kind, via, levels, tf, weight, probability) VALUES ('people', $1, $2, $3, $4, 'fuzzy', 'surname_initial', '2,1,2', NULL, $5, 1 / (1 + pow(2, -$5)))`,
			100+10*i, 101+10*i, fmt.Sprintf("connec/org-1/q-%da", i), fmt.Sprintf("connec/org-1/q-%db", i), weight)
	}
	return db
}

// enter opens the page in a window of that width and waits for the first question.
func enter(ctx context.Context, s *served, width int64) error {
	return chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.base+openPath+"?token="+s.access.token), chromedp.WaitReady(chromedp.CSS("html[data-ready]")))
}

// stroke is keys pressed, and what is then true of the page sooner or later.
type stroke struct{ keys, then string }

// pollLimit is when the page is given up.
const pollLimit = hang / 16

const heading = `document.querySelector("#question h1").textContent`

func asks(name string) string { return heading + " === " + fmt.Sprintf("%q", name) }

// typed presses keys as a keyboard does: the character comes with the key that goes down, so that a page which takes the
// key for itself keeps it out of a field.
func typed(ctx context.Context, keys string) error {
	for _, r := range keys {
		events := kb.Encode(r)
		if len(events) == 3 {
			events[0].Text, events[0].UnmodifiedText = events[1].Text, events[1].UnmodifiedText
			events = slices.Delete(events, 1, 2)
		}
		for _, e := range events {
			if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, *e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *served) press(ctx context.Context, strokes ...stroke) {
	s.t.Helper()
	for _, x := range strokes {
		var held bool
		err := typed(ctx, x.keys)
		if err == nil {
			held, err = chromedp.Run(ctx, chromedp.Poll[bool](x.then, chromedp.WithPollingTimeout(pollLimit)))
		}
		if err != nil || !held {
			var page string
			_ = chromedp.Do(ctx, ask(&page, `document.body.innerText`))
			s.t.Fatalf("after %q the page never comes to %s: %v\n%.1500s", x.keys, x.then, err, page)
		}
	}
}

// TestReviewByKeyboard goes through every kind of answer without a pointer, and looks what was kept.
func TestReviewByKeyboard(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	db := judgeable(t)
	s := serveReview(t, ReviewOptions{DB: db, Match: func(context.Context, func(string, int64, int64)) (string, error) { return "people: 2 merged", nil }})
	problems := watch(t, ctx, s.base)
	if err := enter(ctx, s, 1280); err != nil {
		t.Fatal(err)
	}
	const helpOpen, at = `document.querySelector("#help").open`, `document.querySelector(".side th.at strong")?.textContent`
	things := func(want string) string {
		return `[...document.querySelectorAll(".side .thing")].map((e) => e.textContent).join() === "` + want + `"`
	}
	s.press(ctx,
		stroke{"?", helpOpen}, stroke{kb.Escape, "!" + helpOpen},
		// The strongest pair comes first. Its records stand as two things.
		stroke{"2", at + ` === "B1"`}, stroke{"x", things("thing 1,thing 2")},
		stroke{"1", at + ` === "A1"`}, stroke{"w", `document.querySelector(".side th.at .tag.ok") !== null`},
		stroke{kb.ArrowRight, at + ` === "B1"`}, stroke{kb.ArrowDown, `document.querySelector(".side td.cell")?.textContent.endsWith("Anne")`},
		stroke{"v", `document.querySelector(".side td.cell .chosen") !== null`},
		stroke{"s", asks("Ann Lindqvist")},
		stroke{"d", asks("Ann Moreau")}, stroke{"k", asks("José Peña")},
		stroke{"u", asks("Ann Lindqvist")}, // the latest answer was on it
		stroke{"d", asks("José Peña")},
		// Of three records the last of the two in one cluster is split off, and kept so.
		stroke{"/", `document.activeElement.id === "q"`}, stroke{"503", `document.querySelector("#q").value === "503"`},
		stroke{kb.Enter, `document.activeElement.closest("#hits") !== null`}, stroke{kb.Enter, `document.querySelector("#hits").hidden && ` + asks("José Peña")},
		stroke{"2", at + ` === "A2"`}, stroke{"x", things("thing 1,thing 2,thing 3")},
		stroke{"t", things("thing 1,thing 1,thing 2")}, stroke{"t", things("thing 1,thing 2,thing 2")},
		stroke{"r", `document.activeElement.id === "why"`}, stroke{"phone", `document.querySelector("#why").value === "phone"`},
		stroke{kb.Enter, asks("Ann Moreau")},
		stroke{"s", `document.querySelector(".finished") !== null`},
		stroke{"m", `document.querySelector("#match").open`}, stroke{kb.Enter, `document.querySelector("#match pre")?.textContent === "people: 2 merged"`},
		stroke{kb.Escape, `!document.querySelector("#match").open`})
	want := []string{
		"connec/org-1/p-3 different connec/org-1/p-4", "connec/org-1/p-3 different my-application/2243/18", "connec/org-1/p-4 same my-application/2243/18",
		"connec/org-1/q-0a same connec/org-1/q-0b", "connec/org-1/q-0a survivor", "connec/org-1/q-0b value first_name",
		"connec/org-1/q-1a different connec/org-1/q-1b", "connec/org-1/q-2a same connec/org-1/q-2b",
	}
	if got := standingTexts(t, db); !slices.Equal(got, want) {
		t.Errorf("kept\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var why string
	if err := db.QueryRow(`SELECT why FROM decisions WHERE left_key = 'connec/org-1/p-3' AND judgement = 'different' LIMIT 1`).Scan(&why); err != nil || why != "phone" {
		t.Errorf("the remark is %q: %v", why, err)
	}
	if err := db.QueryRow(`SELECT why FROM decisions WHERE left_key = 'connec/org-1/q-2a' AND judgement = 'same' LIMIT 1`).Scan(&why); err != nil || why != "" {
		t.Errorf("the answer after it bears the remark %q: %v", why, err)
	}
	for _, p := range problems() {
		t.Error(p)
	}
}

// TestReviewLosesNothing: what is marked survives a reload, what was kept too; a second tab's answer to what the first has
// judged is refused, and what happened meanwhile is shown.
func TestReviewLosesNothing(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	db := judgeable(t)
	s := serveReview(t, ReviewOptions{DB: db})
	if err := enter(ctx, s, 1280); err != nil {
		t.Fatal(err)
	}
	second, cancel := chromedp.NewContext(ctx)
	defer cancel()
	if err := enter(second, s, 1280); err != nil {
		t.Fatal(err)
	}
	s.press(ctx, stroke{"2", `document.querySelector(".side th.at") !== null`}, stroke{"w", `document.querySelector(".side th .tag.ok") !== null`})
	if err := chromedp.Do(ctx, chromedp.Navigate(s.base+"/"), chromedp.WaitReady(chromedp.CSS("html[data-ready]"))); err != nil {
		t.Fatal(err)
	}
	s.press(ctx, stroke{"?", `document.querySelector(".side th .tag.ok") !== null`}, stroke{kb.Escape, `!document.querySelector("#help").open`}, stroke{"s", asks("Ann Lindqvist")})
	if err := chromedp.Do(ctx, chromedp.Navigate(s.base+"/"), chromedp.WaitReady(chromedp.CSS("html[data-ready]"))); err != nil {
		t.Fatal(err)
	}
	s.press(ctx, stroke{"?", asks("Ann Lindqvist") + ` && document.querySelector("#far").textContent.startsWith("1 of 4 judged")`}, stroke{kb.Escape, `!document.querySelector("#help").open`})
	var said string
	s.press(second, stroke{"d", `!document.querySelector("#notice").hidden`})
	if err := chromedp.Do(second, ask(&said, `document.querySelector("#notice").textContent + document.querySelector(".said").textContent`)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "judged meanwhile") || !strings.Contains(said, "A1 and B1 are the same") || !strings.Contains(said, "anna") {
		t.Errorf("the second tab says %q", said)
	}
	if got := standingTexts(t, db); !slices.Equal(got, []string{"connec/org-1/q-0a same connec/org-1/q-0b", "connec/org-1/q-0b survivor"}) {
		t.Errorf("kept %q", got)
	}
}

// TestReviewInBrowserShowsText: whatever stands in the records is text, and the page asks nobody else.
func TestReviewInBrowserShowsText(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	db := handMade(t)
	values := hostile()
	for i, v := range values {
		rid, key := 200+i, fmt.Sprintf("connec/org-1/h%03d", i)
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, status, title, first_name, last_name, name, emails, mobiles, landlines, work_phones, websites, addresses, content_hash, raw)
			VALUES ($1, 'hub', 'people', $2, 'connec', 'org-1', $3, true, $4, $4, $4, $4, $4, [$4], [$4], [$4], [$4], [$4], [], '', '{}')`, rid, key, fmt.Sprintf("h%03d", i), v)
		execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $2, 'single', 'people-h')`, rid, key)
		execute(t, db, `INSERT INTO conflicts (collection, kind, cluster_id, key_a, key_b, detail) VALUES ('people', 'veto', $1, $1, $2, $2)`, key, v)
	}
	if err := Decide(t.Context(), db, []Decision{{Collection: "people", Kind: Different, Record: "connec/org-1/h000", Other: "connec/org-1/h001", Who: values[1], Why: strings.Join(values, " ")}}); err != nil {
		t.Fatal(err)
	}
	s := serveReview(t, ReviewOptions{DB: db})
	problems := watch(t, ctx, s.base)
	if err := enter(ctx, s, 1280); err != nil {
		t.Fatal(err)
	}
	var foreign int
	var text string
	err := chromedp.Do(ctx, ask(&text, `{for (const d of document.querySelectorAll("details")) d.open = true}; document.body.innerText`),
		ask(&foreign, `document.querySelectorAll("main script, main img, main style, main iframe, main a, main form, main svg script").length`))
	if err != nil {
		t.Fatal(err)
	}
	if foreign != 0 {
		t.Errorf("%d elements came from values", foreign)
	}
	for _, want := range []string{"<script>", "[U+202E]", "[U+2028]", "[U+0000]", "more characters"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %s", want)
		}
	}
	for _, p := range problems() {
		t.Error(p)
	}
}

// axe is the script of axe-core, which CI installs; without it the test is skipped, in CI it fails.
func axe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("SAMEAS_AXE")
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("SAMEAS_AXE does not name axe-core's axe.min.js")
		}
		t.Skip("SAMEAS_AXE does not name axe-core's axe.min.js: accessibility is not tried")
	}
	return readText(t, path)
}

// violations are what axe-core finds against WCAG 2.2 AA and good practice, each with the first place.
const violations = `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ") + " " + v.nodes[0].failureSummary))`

// accessible checks the page in sight in both themes.
func accessible(t *testing.T, ctx context.Context, script, what string) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		var found []string
		err := chromedp.Do(ctx, ask(new(string), `document.documentElement.dataset.theme = "`+theme+`"`), ask(new(string), script+`; "loaded"`),
			chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
				found, err = chromedp.Evaluate[[]string](violations, chromedp.EvalAwaitPromise)(ctx, target)
				return err
			}))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s, %s: %s", what, theme, v)
		}
	}
}

// TestReviewIsAccessible: axe-core finds no violation in any state of the page in both themes, nor at desktop and phone
// width, where nothing is wider than the window.
func TestReviewIsAccessible(t *testing.T) {
	t.Parallel()
	script := axe(t)
	ctx := browser(t)
	s := serveReview(t, ReviewOptions{DB: judgeable(t), Match: func(context.Context, func(string, int64, int64)) (string, error) { return "people: 2 merged", nil }})
	for _, width := range []int64{1280, 390} {
		if err := enter(ctx, s, width); err != nil {
			t.Fatal(err)
		}
		accessible(t, ctx, script, fmt.Sprint("a question at ", width))
		s.press(ctx, stroke{"2", `document.querySelector(".side th.at") !== null`}, stroke{"x", "true"}, stroke{kb.ArrowDown, `document.querySelector(".side td.cell") !== null`})
		accessible(t, ctx, script, fmt.Sprint("a marked answer at ", width))
		var wide int
		if err := chromedp.Do(ctx, ask(&wide, `document.documentElement.scrollWidth`)); err != nil || wide > int(width) {
			t.Errorf("the page is %d pixels wide in a window of %d: %v", wide, width, err)
		}
	}
	s.press(ctx, stroke{"?", `document.querySelector("#help").open`})
	accessible(t, ctx, script, "help")
	s.press(ctx, stroke{kb.Escape, `!document.querySelector("#help").open`}, stroke{"/peña", "true"}, stroke{kb.Enter, `!document.querySelector("#hits").hidden`})
	accessible(t, ctx, script, "hits")
	s.press(ctx, stroke{kb.Enter, asks("José Peña")}, stroke{"s", `document.querySelector("#far").textContent.startsWith("1 of 4")`}, stroke{"u", asks("José Peña")},
		stroke{"m", `document.querySelector("#match").open`})
	accessible(t, ctx, script, "match")
	s.press(ctx, stroke{kb.Escape, `!document.querySelector("#match").open`})
}

// TestReportIsAccessible is the same of the report.
func TestReportIsAccessible(t *testing.T) {
	t.Parallel()
	script := axe(t)
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	for _, width := range []int64{1280, 390} {
		err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+filepath.Join(dir, "report.html")), chromedp.WaitReady(chromedp.CSS(`html[data-ready="yes"]`)),
			ask(new(bool), `{for (const d of document.querySelectorAll("details")) d.open = true}; true`))
		if err != nil {
			t.Fatal(err)
		}
		accessible(t, ctx, script, fmt.Sprintf("the report at %d", width))
	}
}

// TestReviewPictures draws the page for a person to look at, if asked to: a question, one that is marked, what opens over it,
// a question whose decisions contradict each other, and the end.
func TestReviewPictures(t *testing.T) {
	t.Parallel()
	if *reviewPictures == "" {
		t.Skip("-review-pictures names no folder")
	}
	ctx := browser(t)
	draw := func(name string) {
		shot, err := chromedp.Call(ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{Format: cdp.CaptureScreenshotFormatPng})
		if err == nil {
			err = os.WriteFile(filepath.Join(*reviewPictures, name+".png"), shot.Data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const contradiction = "collection,decision,record,other\npeople,same,connec/org-1/p-3,my-application/2243/18\npeople,same,my-application/2243/18,connec/org-1/p-4\npeople,different,connec/org-1/p-3,connec/org-1/p-4\n"
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			name := fmt.Sprintf("%s-%d-", theme, width)
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}); err != nil {
				t.Fatal(err)
			}
			db := judgeable(t)
			serve := func() *served {
				s := serveReview(t, ReviewOptions{DB: db, Match: func(context.Context, func(string, int64, int64)) (string, error) { return "people: 2 merged", nil }})
				if err := enter(ctx, s, width); err != nil {
					t.Fatal(err)
				}
				return s
			}
			s := serve()
			draw(name + "question")
			s.press(ctx, stroke{"2", `document.querySelector(".side th.at") !== null`}, stroke{kb.ArrowDown, `document.querySelector(".side td.cell") !== null`}, stroke{"t", `document.querySelector("[data-key=Enter]") !== null`})
			draw(name + "marked")
			s.press(ctx, stroke{"?", `document.querySelector("#help").open`})
			draw(name + "help")
			s.press(ctx, stroke{kb.Escape, `!document.querySelector("#help").open`}, stroke{"m", `document.querySelector("#match").open`})
			draw(name + "match")
			s.press(ctx, stroke{kb.Escape, `!document.querySelector("#match").open`}, stroke{"/pe" + kb.Enter, `!document.querySelector("#hits").hidden`})
			draw(name + "hits")
			importText(t, db, contradiction)
			s = serve()
			draw(name + "conflict")
			for range 4 {
				before := ready(ctx)
				s.press(ctx, stroke{"s", fmt.Sprintf(`document.documentElement.dataset.ready !== %q`, before)})
			}
			draw(name + "end")
		}
	}
}

// ready is how many questions the page has shown.
func ready(ctx context.Context) (n string) {
	_ = chromedp.Do(ctx, ask(&n, `document.documentElement.dataset.ready`))
	return n
}
