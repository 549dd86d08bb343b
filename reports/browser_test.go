package reports

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts chromium without a network of its own; a missing one skips the test, in CI it fails it.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no chromium on PATH: install it (Debian: apt-get install chromium)")
		}
		t.Skip("no chromium on PATH: the page is not tried in a browser")
	}
	browsers <- struct{}{}
	t.Cleanup(func() { <-browsers })
	// Not t.TempDir: a process of the browser may write a last file while it ends, and that is no failure of the page.
	profile, err := os.MkdirTemp("", "sameas-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile), chromedp.WSURLReadTimeout(hang),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// hang is when a browser is given up: far beyond what the slowest machine needs, so that only one that is stuck ends.
const hang = 8 * time.Minute

// browsers lets two run at once: more of them only wait for one another.
var browsers = make(chan struct{}, 2)

// watch collects what a page must never do: complain, or ask for anything but itself.
func watch(t *testing.T, ctx context.Context, own string) (problems func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	err := chromedp.Listen(ctx, func(event any) {
		text := ""
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			text = "exception: " + e.ExceptionDetails.Text
		case *runtime.EventConsoleAPICalled:
			text = "console: " + string(e.Type)
		case *log.EventEntryAdded:
			text = "log: " + e.Entry.Text
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, own) && !strings.HasPrefix(e.Request.URL, "blob:") {
				text = "request: " + e.Request.URL
			}
		}
		if text != "" {
			mu.Lock()
			defer mu.Unlock()
			all = append(all, text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// visit opens the report of dir in a window of that width, runs the actions and checks that the page kept to itself.
func visit(t *testing.T, ctx context.Context, dir string, width int64, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	url := "file://" + filepath.Join(dir, "report.html")
	problems := watch(t, ctx, url)
	steps := append([]chromedp.Action[chromedp.Void]{
		chromedp.EmulateViewport(width, 900), chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS(`html[data-ready="yes"]`)),
	}, actions...)
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
	for _, p := range problems() {
		t.Error(p)
	}
}

// ask keeps the value of an expression in the page.
func ask[T any](into *T, expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		*into, err = chromedp.Evaluate[T](expression)(ctx, target)
		return err
	})
}

// choose sets a control of the cluster browser and waits until the page says how many items fit.
func choose(control, value, says string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		set := fmt.Sprintf(`{const f = document.getElementById("controls"); f.elements[%q].value = %q; f.requestSubmit()}`, control, value)
		if _, err := chromedp.Evaluate[chromedp.Void](set)(ctx, target); err != nil {
			return err
		}
		_, err := chromedp.Poll[bool](fmt.Sprintf(`document.getElementById("status").textContent.startsWith(%q)`, says), chromedp.WithPollingTimeout(0))(ctx, target)
		return err
	})
}

const countCards = `document.querySelectorAll("#cards article").length`

func TestPageInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	var all, found, none, review int
	var first, marked, heads, deciding string
	visit(t, ctx, dir, 1280,
		ask(&all, countCards),
		ask(&first, `document.querySelector("#cards article h3").textContent`),
		ask(&marked, `document.querySelector("#cards mark").textContent`),
		ask(&heads, `[...document.querySelectorAll("#cards article:first-child .side thead strong")].map((e) => e.textContent).join(" ")`),
		ask(&deciding, `(document.querySelector("#cards article .brief strong") || {textContent: ""}).textContent.trim()`),
		choose("q", "kate@brook", "1 item"), ask(&found, countCards),
		choose("q", "nobody at all", "0 items"), ask(&none, countCards),
		choose("q", "", "2 items"),
		choose("tier", "2", "1 item"), ask(&review, countCards))
	if all != 2 || found != 1 || none != 0 || review != 1 {
		t.Errorf("cards: %d at first, %d found, %d for nonsense, %d to review; want 2, 1, 0, 1", all, found, none, review)
	}
	if first != "José Peña" {
		t.Errorf("first card is %q, want the one that needs a person", first)
	}
	if heads != "A1 A2 B1" || deciding != "A2 and B1" {
		t.Errorf("records of the first card are named %q, want A1 A2 B1; the deciding pair is %q, want A2 and B1", heads, deciding)
	}
	if marked == "" {
		t.Error("no difference is marked")
	}
}

func TestThemeInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	const paper = `getComputedStyle(document.body).backgroundColor`
	var before, after, back string
	visit(t, ctx, dir, 1280,
		ask(&before, paper),
		chromedp.Click(chromedp.CSS("#theme")), ask(&after, paper),
		chromedp.Click(chromedp.CSS("#theme")), ask(&back, paper))
	if before == after || before != back {
		t.Errorf("background is %s, then %s, then %s", before, after, back)
	}
}

func TestPhoneInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	made, _ := write(t, handMade(t))
	empty, _ := write(t, newWorkspace(t))
	for name, dir := range map[string]string{"hand-made": made, "empty": empty, "hostile": fillHostile(t, hostile())} {
		var wide int
		visit(t, ctx, dir, 390, ask(&wide, `document.documentElement.scrollWidth`))
		if wide > 390 {
			t.Errorf("%s: the page is %d pixels wide on a phone of 390", name, wide)
		}
	}
}

func TestHostileValuesInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	var scripts, images, cards int
	visit(t, ctx, fillHostile(t, hostile()), 1280,
		ask(&cards, countCards),
		ask(&scripts, `{for (const d of document.querySelectorAll("details")) d.open = true}; document.querySelectorAll("main script").length`),
		ask(&images, `document.querySelectorAll("img").length`))
	if scripts != 0 || images != 0 || cards != 20 {
		t.Errorf("%d scripts and %d images came from values; %d cards, want 20", scripts, images, cards)
	}
}

// On a phone no figure of a table that people decide by lies beyond the edge: rows are stacked, each cell named.
func TestStackedTablesOnPhone(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	var tables, beyond, unnamed int
	visit(t, ctx, dir, 390,
		ask(&tables, `document.querySelectorAll("table.stack").length`),
		ask(&beyond, `{for (const d of document.querySelectorAll("details")) d.open = true}; [...document.querySelectorAll("table.stack td, table.stack th[scope=row]")].filter((c) => c.getBoundingClientRect().right > 390.5).length`),
		ask(&unnamed, `[...document.querySelectorAll("table.stack td.n")].filter((c) => c.textContent && ["none", "normal"].includes(getComputedStyle(c, "::before").content)).length`))
	if tables < 5 || beyond != 0 || unnamed != 0 {
		t.Errorf("%d stacked tables, want 5 or more; %d cells beyond the edge and %d figures without a name, want none", tables, beyond, unnamed)
	}
}

// On paper the controls are gone, the first page is the customer's with the place to sign, and colours are those of paper.
func TestPrintInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	var sign, bar, scheme, after string
	var printed []byte
	visit(t, ctx, dir, 1280,
		ask(new(string), `document.documentElement.dataset.theme = "dark"`),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			pdf, err := chromedp.Call(ctx, cdp.PrintToPDF, cdp.PrintToPDFParams{})
			if err != nil {
				return err
			}
			printed = pdf.Data
			_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			return err
		}),
		ask(&sign, `getComputedStyle(document.querySelector(".sign")).display`),
		ask(&bar, `getComputedStyle(document.querySelector(".bar")).display`),
		ask(&scheme, `getComputedStyle(document.body).backgroundColor`),
		ask(&after, `getComputedStyle(document.querySelector("#change")).breakAfter`))
	if sign != "flex" || bar != "none" || scheme != "rgb(255, 255, 255)" || after != "page" {
		t.Errorf("the place to sign is %s, the bar is %s, paper is %s, the first page ends with %s", sign, bar, scheme, after)
	}
	if !bytes.HasPrefix(printed, []byte("%PDF-")) || len(printed) < 10_000 {
		t.Errorf("printing gives %d bytes that begin with %.8q", len(printed), printed)
	}
}

// Of a known link and a pair that is alike the latter is a weak bridge: nothing else holds its record. A triangle has none.
func TestGraphShowsWeakBridges(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	graph := func(card int, what string) string {
		return fmt.Sprintf(`document.querySelectorAll("#cards article")[%d].querySelectorAll(".graph %s").length`, card, what)
	}
	var certain, weak, none, drawn int
	var said string
	visit(t, ctx, dir, 1280,
		ask(&certain, graph(0, "line.certain")), ask(&weak, graph(0, "line.weak")),
		ask(&said, `document.querySelector(".graph").getAttribute("aria-label")`),
		ask(&drawn, graph(1, "line")), ask(&none, graph(1, "line.weak")))
	if certain != 1 || weak != 1 || drawn != 3 || none != 0 {
		t.Errorf("%d certain and %d weak pairs, want 1 and 1; of a triangle %d pairs and %d weak ones, want 3 and 0", certain, weak, drawn, none)
	}
	if !strings.Contains(said, "A2 and B1, alike +0.7 bits, nothing else holds these two parts together") {
		t.Errorf("to a reader who does not see the graph it says %q", said)
	}
}

// With script off everything but the browser of clusters is there, and the first clusters stand in the page itself.
func TestPageWithoutScript(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir, _ := write(t, handMade(t))
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	url := "file://" + filepath.Join(dir, "report.html")
	problems := watch(t, ctx, url)
	var ready, head string
	var tables, charts, cards, controls int
	err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("footer")),
		ask(&ready, `document.documentElement.dataset.ready || "no"`),
		ask(&head, `document.querySelector("h1").innerText`),
		ask(&tables, `[...document.querySelectorAll("main table")].filter((x) => x.offsetHeight > 0).length`),
		ask(&charts, `[...document.querySelectorAll("figure svg")].filter((x) => x.getBoundingClientRect().height > 0).length`),
		ask(&cards, `[...document.querySelectorAll("noscript article")].filter((x) => x.offsetHeight > 0).length`),
		ask(&controls, `[...document.querySelectorAll("#controls, .pager, #theme")].filter((x) => x.offsetHeight > 0).length`))
	if err != nil {
		t.Fatal(err)
	}
	if ready != "no" || !strings.Contains(head, "created twice") || tables < 5 || charts < 2 || cards != 2 || controls != 0 {
		t.Errorf("the script ran: %s; head %q; %d tables, %d charts, %d cards and %d controls are seen, want 5 or more, 2 or more, 2 and none", ready, head, tables, charts, cards, controls)
	}
	for _, p := range problems() {
		t.Error(p)
	}
}
