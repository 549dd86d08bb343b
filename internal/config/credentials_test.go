package config

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	canaryKey    = "canary-key-4711"
	canarySecret = "canary/secret+08 15="
)

// script writes a shell script that stands for a program which gives credentials.
func script(t *testing.T, lines string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "give")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+lines+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func private(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hub.credentials")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCredentialsAreFound(t *testing.T) {
	t.Parallel()
	lines := "# of the staging group\n\nkey = " + canaryKey + "\r\nsecret=" + canarySecret + "\n"
	object := `{"secret": "` + canarySecret + `", "note": 1, "key": "` + canaryKey + `"}`
	env := map[string]string{"K": canaryKey, "S": canarySecret}
	for name, c := range map[string]Credentials{
		"environment": {KeyEnv: "K", SecretEnv: "S"},
		"file":        {File: private(t, "\ufeff"+lines, 0o600)},
		"read-only":   {File: private(t, lines, 0o400)},
		"JSON file":   {File: private(t, object, 0o600)},
		"command":     {Command: []string{script(t, "printf 'key=%s\\nsecret=%s\\n' \"$1\" \"$2\"; echo unheard >&2"), canaryKey, canarySecret}},
		"JSON":        {Command: []string{script(t, "cat"+" <<'END'\n"+object+"\nEND")}},
	} {
		c.Timeout = 60
		o, err := Source{Name: "hub", Endpoint: "https://x.example", Group: "cld-1", Credentials: c}.Connection(t.Context(), func(n string) string { return env[n] })
		if err != nil || o.Key != canaryKey || o.Secret != canarySecret {
			t.Errorf("%s: %q %q, %v", name, o.Key, o.Secret, err)
		}
	}
}

// TestCredentialsThatAreNotThere wants words that help, of which none is a credential.
func TestCredentialsThatAreNotThere(t *testing.T) {
	t.Parallel()
	open := private(t, "key="+canaryKey+"\nsecret="+canarySecret, 0o640)
	both := "key=" + canaryKey + "\nsecret=" + canarySecret
	shout := "printf '" + both + "'; printf 'canary-key-4711 or %s? is wrong\\n' '" + canarySecret + "' >&2; "
	for name, x := range map[string]struct {
		c    Credentials
		want string
	}{
		"no variable":        {Credentials{KeyEnv: "K", SecretEnv: "S"}, "the environment variable K is not set: export the API key"},
		"no file":            {Credentials{File: filepath.Join(t.TempDir(), "none")}, "no such file"},
		"a folder":           {Credentials{File: t.TempDir()}, "is not a regular file"},
		"others may read it": {Credentials{File: open}, open + " has mode 0640, so others than its owner may use it: run `chmod 600 " + open + "`"},
		"others may write":   {Credentials{File: private(t, both, 0o602)}, "has mode 0602"},
		"too much":           {Credentials{File: private(t, strings.Repeat("#", maxCredentials+1), 0o600)}, "has 65537 bytes"},
		"another word":       {Credentials{File: private(t, "key="+canaryKey+"\n"+canarySecret, 0o600)}, "line 2 is neither"},
		"twice":              {Credentials{File: private(t, both+"\nkey=canary2", 0o600)}, "line 3 gives the key a second time"},
		"no secret":          {Credentials{File: private(t, "key="+canaryKey+"\nsecret=", 0o600)}, "there is no secret in it"},
		"no text":            {Credentials{File: private(t, `{"key": {"canary": 1}}`, 0o600)}, "no sound JSON object"},
		"no program":         {Credentials{Command: []string{"sameas-no-such-program", "canary"}}, "command sameas-no-such-program: "},
		"it fails":           {Credentials{Command: []string{script(t, shout+"exit 3"), "canary"}}, "ended with exit status 3; it said: *** or ***? is wrong"},
		"it prints nothing":  {Credentials{Command: []string{script(t, "echo locked >&2")}}, "what it printed: there is no key in it: want the lines `key=...` and `secret=...`, or a JSON object of the two; it said: locked"},
		"it prints prose":    {Credentials{Command: []string{script(t, "echo "+canaryKey)}}, "what it printed: line 1 is neither"},
		"it prints a lot":    {Credentials{Command: []string{script(t, "while :; do echo canary; done | head -c 70000")}}, "printed more than 65536 bytes"},
		"cut in the middle":  {Credentials{Command: []string{script(t, "printf '"+both+"'; head -c 4085 /dev/zero | tr '\\0' ' ' >&2; printf 'ab "+canaryKey+"' >&2; exit 1")}}, "it said: ab"},
	} {
		x.c.Timeout = 60
		_, err := Source{Name: "hub", Credentials: x.c}.Connection(t.Context(), func(string) string { return "" })
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(strings.ReplaceAll(err.Error(), open, ""), "canary") {
			t.Errorf("%s: got %v, want %q", name, err, x.want)
		}
	}
}

// TestCommandEnds tries one that does not end by itself, not even when it is told to, and a person who does not wait.
func TestCommandEnds(t *testing.T) {
	t.Parallel()
	c := Credentials{Command: []string{script(t, "echo enter the pass phrase >&2; cat /dev/tty 2>/dev/null; exec tail -f /dev/null")}, Timeout: 0.5}
	_, _, err := c.read(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), "did not end within 500ms (`timeout`); it said: enter the pass phrase") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c.Timeout = time.Hour.Seconds()
	cancel()
	if _, _, err := c.read(ctx, nil); err != context.Canceled {
		t.Errorf("interrupted: %v", err)
	}
}

func TestAuthoritiesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "holds no certificate in PEM form", "not PEM": "holds no certificate"} {
		_, err := Source{CAFile: private(t, text, 0o644)}.Connection(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := (Source{CAFile: "none.pem"}).Connection(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "read `ca_file`") {
		t.Errorf("no file: %v", err)
	}
}
