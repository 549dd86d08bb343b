package connec

import (
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// Error is a request that was not answered as it should be. It never holds a credential.
type Error struct {
	Method string
	// Path is what was asked for, below the endpoint, without its query.
	Path string
	// Status is the HTTP status, 0 when there was no answer.
	Status int
	// Message is what is wrong in the server's own words, or in ours where it had none, and what to do.
	Message string
	// RetryAfter is how long the server asks to wait before another try, at most a minute; 0 when it does not ask.
	RetryAfter time.Duration

	err error
	odd bool // an answer that may be better the next time: cut, empty, not JSON, another key
}

// Error is the method, the path, the status and the message.
func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s %s: %s", e.Method, e.Path, e.Message)
	}
	return fmt.Sprintf("%s %s: %d: %s", e.Method, e.Path, e.Status, e.Message)
}

// Unwrap is the network's or decoder's own error, when there is one.
func (e *Error) Unwrap() error { return e.err }

// Unsent reports that no byte of the request reached the server: it was refused at the door or never left.
func (e *Error) Unsent() bool {
	var dial *net.OpError
	var kept *notSentError
	return e.Status == 0 && (errors.As(e.err, &kept) || errors.As(e.err, &dial) && dial.Op == "dial")
}

// OutcomeUnknown reports of a write that it may or may not have taken effect: the answer was lost or unreadable, or
// is one that a server also gives after the effect (408 and 5xx).
func (e *Error) OutcomeUnknown() bool {
	switch {
	case e.Status == 0:
		return !e.Unsent()
	case e.Status >= 200 && e.Status < 300:
		return true
	}
	return e.Status == http.StatusRequestTimeout || e.Status >= 500 && e.Status != http.StatusNotImplemented
}

// IsNotFound reports an answer of 404.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// statusError is the error of an answer outside 200 to 299.
func (c *Client) statusError(r call, resp *http.Response, body []byte) *Error {
	e := &Error{Method: r.method, Path: r.path, Status: resp.StatusCode, Message: serverWords(body)}
	if e.Message == "" {
		e.Message = strings.ToLower(http.StatusText(resp.StatusCode))
	}
	e.RetryAfter, _ = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		e.Message = "redirected to " + redirectTarget(resp) + ": redirects are not followed, the credentials would go with them; correct `endpoint`"
	}
	if hint := c.hint(r, resp.StatusCode); hint != "" {
		e.Message += " (" + hint + ")"
	}
	e.Message = c.scrub(e.Message)
	return e
}

func redirectTarget(resp *http.Response) string {
	u, err := resp.Location()
	if err != nil {
		return "nowhere"
	}
	return u.Scheme + "://" + u.Host
}

func (c *Client) hint(r call, status int) string {
	switch status {
	case http.StatusUnauthorized:
		return fmt.Sprintf("check what the source's `credentials` name, the environment variables CONNEC_API_KEY and CONNEC_API_SECRET by default: "+
			"are they the key and secret of group %s at this endpoint?", c.o.Group)
	case http.StatusForbidden:
		return fmt.Sprintf("may these credentials do this in group %s?", c.o.Group)
	case http.StatusNotFound:
		if r.single {
			return fmt.Sprintf("no such record in group %s", c.o.Group)
		}
		return fmt.Sprintf("is `endpoint` right with its path, such as /api/v2, is group %s, and does the collection exist?", c.o.Group)
	}
	return ""
}

// networkError is the error of a request without an answer.
func (c *Client) networkError(r call, err error) *Error {
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := &Error{Method: r.method, Path: r.path, Message: err.Error(), err: err}
	var dns *net.DNSError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message = fmt.Sprintf("nothing listens at %s: is the server there, and `endpoint` right?", c.base.Host)
	case errors.As(err, &dns):
		e.Message = fmt.Sprintf("host %s is not known: is `endpoint` right?", c.base.Host)
	case errors.As(err, &untrusted):
		e.Message = fmt.Sprintf("%s does not prove that it is the server meant: %s (an authority of your own is named by `ca_file`)", c.base.Host, untrusted.Err)
	case isTimeout(err):
		e.Message = fmt.Sprintf("no answer within %s", c.o.Timeout)
	}
	e.Message = c.scrub(e.Message)
	return e
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// answerError is an answer of 200 that does not hold what was asked for.
func (c *Client) answerError(r call, status int, odd bool, format string, args ...any) *Error {
	e := &Error{Method: r.method, Path: r.path, Status: status, odd: odd}
	wrapped := fmt.Errorf(format, args...)
	e.Message, e.err = c.scrub(wrapped.Error()), errors.Unwrap(wrapped)
	return e
}

// serverWords are the texts of the documented shape {"errors":[{"title","detail"}]}, of {"error"} or {"message"}, or
// the body itself when it is a short plain text.
func serverWords(body []byte) string {
	var shape struct {
		Errors  []struct{ Title, Detail, Code string }
		Error   string
		Message string
	}
	if json.Unmarshal(body, &shape) == nil {
		var words []string
		for _, e := range shape.Errors {
			for _, w := range []string{e.Title, e.Detail} {
				if w != "" && !slices.Contains(words, w) {
					words = append(words, w)
				}
			}
		}
		for _, w := range []string{shape.Error, shape.Message} {
			if w != "" {
				words = append(words, w)
			}
		}
		return short(strings.Join(words, ": "))
	}
	var text string
	if json.Unmarshal(body, &text) == nil {
		return short(text)
	}
	if isMarkup(body) {
		return "the answer is a web page, not JSON"
	}
	return short(string(body))
}

// short is one printable line of at most 300 characters.
func short(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "..."
	}
	return text
}

// secretForms are all shapes in which a server could echo the credentials.
func secretForms(key, secret string) []string {
	var forms []string
	for _, s := range []string{base64.StdEncoding.EncodeToString([]byte(key + ":" + secret)), secret, key} {
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s)} {
			// Below four letters a replacement would only garble the message.
			if len(form) >= 4 && !slices.Contains(forms, form) {
				forms = append(forms, form)
			}
		}
	}
	return forms
}
