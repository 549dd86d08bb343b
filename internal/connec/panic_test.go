package connec

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// panicEnv has a test binary, started anew, panic in the middle of a request.
const panicEnv = "SAMEAS_TEST_PANIC"

type panicking struct{}

func (panicking) Do(r *http.Request) (*http.Response, error) {
	panic(fmt.Sprintf("planted: %s %s", r.Method, r.URL.Path))
}

// TestPanicTellsNoCredential has processes crash while they hold credentials and a request that bears them, and looks
// through all that the runtime prints of them, every goroutine included.
func TestPanicTellsNoCredential(t *testing.T) {
	t.Parallel()
	if what := os.Getenv(panicEnv); what != "" {
		c := given(t, newServer(t, answerWith(200, nil)), panicking{})
		if what == "read" {
			_, _ = c.Get(t.Context(), "people", "u")
		}
		_, _ = c.Send(t.Context(), Request{"POST", "/people", json.RawMessage(`{}`)})
		return
	}
	basic := base64.StdEncoding.EncodeToString([]byte(canaryKey + ":" + canarySecret))
	for _, what := range []string{"read", "write"} {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestPanicTellsNoCredential$")
		cmd.Env = append(os.Environ(), panicEnv+"="+what, "GOTRACEBACK=all")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "planted: ") || !strings.Contains(string(out), "goroutine ") {
			t.Fatalf("%s: the process did not crash as it should: %v\n%s", what, err, out)
		}
		for _, secret := range []string{canaryKey, canarySecret, basic} {
			if strings.Contains(string(out), secret) {
				t.Errorf("%s: the crash tells %q", what, secret)
			}
		}
	}
}
