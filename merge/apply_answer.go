package merge

import (
	"errors"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// statusOf is the HTTP status that an error carries, 0 when it carries none.
func statusOf(err error) int {
	var answered *connec.Error
	if errors.As(err, &answered) {
		return answered.Status
	}
	return 0
}

// retryAfterOf is how long the server asks to wait before another try.
func retryAfterOf(err error) time.Duration {
	var answered *connec.Error
	if errors.As(err, &answered) {
		return answered.RetryAfter
	}
	return 0
}

// isRefusal reports whether the server answered that it will not: another try would be answered the same.
func isRefusal(err error) bool {
	switch status := statusOf(err); status {
	case 408, 429:
		return false
	default:
		return status >= 300 && status < 500 || status == 501
	}
}

// verdictOf says what the error of a write means for the write.
func verdictOf(err error) verdict {
	var answered *connec.Error
	switch {
	case errors.Is(err, errNoWrites):
		return forbidden
	case !errors.As(err, &answered), isRefusal(err):
		return refused // without an *Error the client itself would not send it
	case answered.Unsent(), answered.Status == 429:
		return notTaken
	}
	return lost
}
