package connec

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Caps of the pauses between two tries of a read. A server once asked for 484289 hours.
const (
	maxBackoff    = 30 * time.Second
	maxRetryAfter = 60 * time.Second
)

// newReader is the client for reads, which are the only requests that are repeated here.
func newReader(client *http.Client, o Options) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient:   client,
		RetryWaitMin: o.RetryWait,
		RetryWaitMax: maxBackoff,
		RetryMax:     max(o.Retries, 0),
		CheckRetry:   checkRetry,
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// checkRetry repeats a read on a network error, on 408, 429, 500, 502, 503, 504, and on a 200 whose body is cut or
// is not what was asked for. Anything else would only fail again.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return worthRepeating(err), nil
	}
	return repeatable(resp.StatusCode), nil
}

func repeatable(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func worthRepeating(err error) bool {
	var answered *Error
	if errors.As(err, &answered) {
		return answered.odd
	}
	var certificate *tls.CertificateVerificationError
	return !errors.As(err, &certificate)
}

// backoff doubles the first pause up to the cap, unless the server names its own; that is capped, too.
func backoff(first, most time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil && (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable) {
		if wait, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
			return wait
		}
	}
	wait := first
	for range attempt {
		if wait >= most {
			break
		}
		wait *= 2
	}
	return min(wait, most)
}

// retryAfter reads a number of seconds or an HTTP date, between 0 and the cap.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 32)
		if err != nil || seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return min(max(date.Sub(now), 0), maxRetryAfter), true
}
