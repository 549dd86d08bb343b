package reports

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	picture     = flag.String("picture", "", "PNG `FILE` to draw the report's first screen into")
	pictureFrom = flag.String("picture-of", "", "report.html to draw; with it the picture is drawn, without it the test draws a small report and keeps nothing")
)

// TestPicture draws the first screen of a report as a window of 1280 by 800 shows it, in light colours. Without flags it
// draws a small report and keeps nothing. The README's picture is made by, in the repository's folder:
//
//	go run . demo
//	go test ./reports -run TestPicture -picture ../testdata/picture/report.png -picture-of ../sameas-demo/report/report.html
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
	drawn := firstScreen(t, browser(t), "file://"+file)
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

func firstScreen(t *testing.T, ctx context.Context, url string) []byte {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 800), chromedp.Navigate(url),
		chromedp.WaitReady(chromedp.CSS(`html[data-ready="yes"]`)),
		ask(new(string), `document.documentElement.dataset.theme = "light"`))
	if err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Call(ctx, cdp.CaptureScreenshot, cdp.CaptureScreenshotParams{Format: cdp.CaptureScreenshotFormatPng})
	if err != nil {
		t.Fatal(err)
	}
	return shot.Data
}
