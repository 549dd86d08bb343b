package reports

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	picture     = flag.String("picture", "", "PNG `FILE` to draw the report's first screen into")
	picturePart = flag.String("picture-part", "", "CSS `SELECTOR` of what the picture begins with; the top of the report if it is left out")
	pictureFrom = flag.String("picture-of", "", "report.html to draw; with it the picture is drawn, without it the test draws a small report and keeps nothing")
)

// TestPicture draws one screen of a report as a window of 1280 by 800 shows it, in light colours. Without flags it draws the
// first of a small report and keeps nothing. The README's pictures are made by, in the repository's folder:
//
//	go run . demo
//	go test ./reports -run TestPicture -picture ../testdata/picture/report.png -picture-of ../sameas-demo/report/report.html
//	go test ./reports -run TestPicture -picture ../testdata/picture/cluster.png -picture-of ../sameas-demo/report/report.html -picture-part '#cards'
func TestPicture(t *testing.T) {
	t.Parallel()
	file := *pictureFrom
	if file == "" {
		dir, _ := write(t, handMade(t))
		file = filepath.Join(dir, "report.html")
	}
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	drawn := oneScreen(t, browser(t), "file://"+file, *picturePart)
	if len(drawn) < 1000 || len(drawn) > 300_000 {
		t.Errorf("the picture has %d bytes, want 1000 to 300000: it stands in a README", len(drawn))
	}
	if *picture == "" {
		return
	}
	if err := os.MkdirAll(filepath.Dir(*picture), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*picture, drawn, 0o644); err != nil {
		t.Fatal(err)
	}
}

func oneScreen(t *testing.T, ctx context.Context, url, part string) []byte {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url),
		chromedp.WaitReady(chromedp.CSS(`html[data-ready="yes"]`)),
		ask(new(string), `document.documentElement.dataset.theme = "light"`),
		ask(new(bool), fmt.Sprintf(`(%q && document.querySelector(%q).scrollIntoView({behavior: "instant"}), true)`, part, part)))
	if err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Call(ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{Format: cdp.CaptureScreenshotFormatPng})
	if err != nil {
		t.Fatal(err)
	}
	return shot.Data
}
