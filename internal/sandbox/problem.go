package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// problem is a request that the server refuses.
type problem struct {
	status              int
	code, title, detail string
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.status, p.title, p.detail) }

func badRequest(format string, args ...any) error {
	return &problem{http.StatusBadRequest, "bad-request", "Bad request", fmt.Sprintf(format, args...)}
}

func notFound() error {
	return &problem{http.StatusNotFound, "resource-not-found", "Resource not found", "Resource not found"}
}

func conflict(code, format string, args ...any) error {
	return &problem{http.StatusConflict, code, "Conflict", fmt.Sprintf(format, args...)}
}

// errorBody is the shape of errors that Maestrano's emulator of the API answers with.
type errorBody struct {
	Errors []errorEntry `json:"errors"`
}

type errorEntry struct {
	ID     string  `json:"id"`
	Href   *string `json:"href"`
	Status string  `json:"status"`
	Code   string  `json:"code"`
	Title  string  `json:"title"`
	Detail string  `json:"detail"`
}

func failure(status int, code, title, detail string) answer {
	shown := strconv.Itoa(status)
	if code == creationWithID {
		shown = "404" // so the emulator says in its body, beside 409 in the status line
	}
	entry := errorEntry{ID: textUUID(code + detail), Status: shown, Code: code, Title: title, Detail: detail}
	body, err := json.Marshal(errorBody{[]errorEntry{entry}})
	if err != nil {
		body = []byte(`{"errors":[]}`)
	}
	return answer{status: status, body: body}
}
