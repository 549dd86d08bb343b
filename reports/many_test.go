package reports

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// timed runs an action of the page until the page says the wanted words, and keeps how many milliseconds lay between.
func timed(into *float64, act, until string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		*into, err = chromedp.Evaluate[float64](`new Promise((done) => {
			const from = performance.now();
			`+act+`;
			const look = () => (`+until+`) ? done(performance.now() - from) : requestAnimationFrame(look);
			requestAnimationFrame(look);
		})`, chromedp.EvalAwaitPromise)(ctx, target)
		return err
	})
}

// TestManyClustersInBrowser: a report of 100,000 clusters opens, searches, sorts and turns pages. How long each takes is
// told, and holds for nothing: go test ./reports -run ManyClusters -v
func TestManyClustersInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	dir := t.TempDir()
	db := manyClusters(t, "", 100_000, 0)
	p, err := readPageOf(t, db)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(dir, "report.html", func(w *os.File) error { return writeHTML(t.Context(), db, p, w) }); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	const status = `document.getElementById("status").textContent`
	var paint, ready, key, sort, turn, scroll float64
	var first, found string
	visit(t, ctx, dir, 1280,
		ask(&paint, `performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`),
		ask(&ready, `performance.now()`),
		ask(&first, status),
		timed(&key, `{const q = document.querySelector("#controls [name=q]"); q.value = "user199998@mail"; q.dispatchEvent(new Event("input", {bubbles: true}))}`, status+`.startsWith("1 item,")`),
		ask(&found, `document.querySelector("#cards .side td").textContent`),
		timed(&sort, `{const f = document.getElementById("controls"); f.elements.q.value = ""; f.elements.order.value = "strong"; f.requestSubmit()}`, status+`.startsWith("100\u202f000 items")`),
		timed(&turn, `document.querySelector("[data-step='1']").click()`, status+`.includes("page 2 of 5000")`),
		timed(&scroll, `scrollTo(0, document.documentElement.scrollHeight)`, `scrollY + innerHeight >= document.documentElement.scrollHeight - 2`))
	if first != "100\u202f000 items, page 1 of 5000" {
		t.Errorf("the page says %q at first", first)
	}
	if found == "" {
		t.Error("the card that was searched for shows no value")
	}
	t.Logf("file %.1f MB; first content %.0f ms, all usable %.0f ms, search from keystroke to result %.0f ms, sort %.0f ms, page turned %.0f ms, scrolled to the end %.0f ms",
		float64(info.Size())/1e6, paint, ready, key, sort, turn, scroll)
}
