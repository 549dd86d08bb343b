package reports

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
)

//go:embed assets/review.css
var reviewStyle string

//go:embed assets/review.js
var reviewScript string

//go:embed assets/review.tmpl
var reviewPage string

// handler answers every route; nothing gets past guard. serving ends with the server, and with it a match.
func (r *Review) handler(serving context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+openPath, r.open)
	mux.HandleFunc("GET /{$}", r.servePage)
	for name, file := range map[string]struct{ kind, text string }{
		"style.css": {"text/css", styleText + reviewStyle},
		"theme.js":  {"text/javascript", themeScript},
		"card.js":   {"text/javascript", cardScript},
		"review.js": {"text/javascript", reviewScript},
	} {
		mux.HandleFunc("GET /assets/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", file.kind+"; charset=utf-8")
			_, _ = w.Write([]byte(file.text))
		})
	}
	mux.HandleFunc("GET /data", answering(r, r.serveData))
	mux.HandleFunc("GET /next", answering(r, func(ctx context.Context, _ *http.Request) (any, error) { return r.showNext(ctx) }))
	mux.HandleFunc("GET /item", answering(r, r.serveItem))
	mux.HandleFunc("GET /search", answering(r, r.serveSearch))
	mux.HandleFunc("GET /match", answering(r, func(context.Context, *http.Request) (any, error) { return r.matchStatus(), nil }))
	mux.HandleFunc("POST /answer", taking(r, r.takeAnswer))
	mux.HandleFunc("POST /skip", taking(r, r.takeSkip))
	mux.HandleFunc("POST /undo", taking(r, r.takeUndo))
	mux.HandleFunc("POST /match", answering(r, func(context.Context, *http.Request) (any, error) {
		r.startMatch(serving)
		return r.matchStatus(), nil
	}))
	return r.guard(mux)
}

// entered sends the browser on to the page. It is no redirect: a browser that came from another program would not send the
// cookie along with one.
const entered = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/"><title>sameas review</title>` +
	`<p><a href="/">To the review page</a></p>`

// open lets a browser in that brings the token.
func (r *Review) open(w http.ResponseWriter, q *http.Request) {
	if !r.access.lets(q.URL.Query().Get("token")) {
		http.Error(w, "refused: this address is not, or no longer, good; open the one that `sameas review` printed", http.StatusForbidden)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: r.access.cookie(), Value: r.access.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(entered))
}

func (r *Review) servePage(w http.ResponseWriter, _ *http.Request) {
	tmpl, err := template.New("review").Parse(reviewPage)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = tmpl.Execute(w, struct{ Token, Who string }{r.access.page, visible(r.o.Who)})
}

// answering gives what f says as JSON; one request at a time looks at or changes what the page knows.
func answering(r *Review, f func(context.Context, *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		result, err := f(q.Context(), q)
		r.mu.Unlock()
		give(w, result, err)
	}
}

// taking reads what a write brings, then takes its turn, and refuses the write while a match runs: that has read the
// decisions already. The turn is not taken before all has come: a body that never ends would hold everybody up.
func taking[T any](r *Review, f func(context.Context, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		var body T
		in := json.NewDecoder(q.Body)
		in.DisallowUnknownFields()
		if err := in.Decode(&body); err != nil {
			give(w, nil, errors.Join(errAnswer, err))
			return
		}
		answering(r, func(ctx context.Context, _ *http.Request) (any, error) {
			if r.running() {
				return nil, errMatching
			}
			return f(ctx, body)
		})(w, q)
	}
}

// give writes a result as JSON, or why there is none beside what stands now.
func give(w http.ResponseWriter, result any, err error) {
	status := http.StatusOK
	if err != nil {
		status = statusOf(err)
		failure := map[string]any{"error": unhide(err.Error())}
		if result != nil {
			failure["now"] = result
		}
		result = failure
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(result)
}

func statusOf(err error) int {
	switch {
	case errors.Is(err, errStale), errors.Is(err, errUndone), errors.Is(err, errMatching):
		return http.StatusConflict
	case errors.Is(err, errNoItem):
		return http.StatusNotFound
	case errors.Is(err, errAnswer):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

func (r *Review) serveData(context.Context, *http.Request) (any, error) {
	data := struct {
		pageData
		Decidable []string `json:"decidable"` // rows of which a value can be chosen
	}{pageData: pageData{Fields: displayFields(), Models: map[string]*evidence.Model{}}}
	for i := range r.models {
		data.Models[r.models[i].Collection] = &r.models[i]
	}
	for _, row := range data.Fields {
		if len(decidedPaths(row)) > 0 {
			data.Decidable = append(data.Decidable, row)
		}
	}
	return data, nil
}

func (r *Review) serveItem(ctx context.Context, q *http.Request) (any, error) {
	asked := q.URL.Query()
	if asked.Get("id") == "" {
		return nil, errNoItem
	}
	return r.show(ctx, r.whereOf(asked.Get("collection"), asked.Get("id"), asked.Get("sampled") == "true"))
}

func (r *Review) serveSearch(ctx context.Context, q *http.Request) (any, error) {
	text := strings.TrimSpace(q.URL.Query().Get("q"))
	if text == "" {
		return []searchHit{}, nil
	}
	return searchItems(ctx, r.o.DB, text)
}

func (r *Review) takeAnswer(ctx context.Context, a answer) (any, error) {
	err := r.keepAnswer(ctx, a)
	if errors.Is(err, errStale) {
		now, showErr := r.show(ctx, r.whereOf(a.Collection, a.ID, a.Sampled))
		if showErr == nil {
			return now, err
		}
	}
	if err != nil {
		return nil, err
	}
	return r.showNext(ctx)
}

// whereOf is the item that the page names: a sampled cluster, or an item by its ID or that of one of its clusters.
func (r *Review) whereOf(collection, id string, isSampled bool) where {
	for _, s := range r.samples {
		if isSampled && s.Collection == collection && s.Now == id {
			return s.where()
		}
	}
	return where{place: place{collection, id}}
}

// skip is what the page sends of an item that is put off.
type skip struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Sampled    bool   `json:"sampled"`
}

func (r *Review) takeSkip(ctx context.Context, s skip) (any, error) {
	if err := r.putOff(ctx, r.whereOf(s.Collection, s.ID, s.Sampled).place); err != nil {
		return nil, fmt.Errorf("put the question off: %w", err)
	}
	return r.showNext(ctx)
}

func (r *Review) takeUndo(ctx context.Context, u struct {
	Last int64 `json:"last"`
}) (any, error) {
	at, err := r.undo(ctx, u.Last)
	if errors.Is(err, errUndone) {
		now, showErr := r.showNext(ctx)
		if showErr == nil {
			return now, err
		}
	}
	if errors.Is(err, errNoItem) { // its records are in no cluster any more
		return r.showNext(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.show(ctx, at)
}
