package merge

import (
	"errors"
	"net/http"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

type withStatus interface{ HTTPStatus() int }

func statusOf(err error) int {
	var e withStatus
	if errors.As(err, &e) {
		return e.HTTPStatus()
	}
	return 0
}

func retryAfterOf(error) time.Duration { return 0 }

func defaultDoer() connec.Doer { return http.DefaultClient }
