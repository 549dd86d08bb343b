package config

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

const (
	// maxCredentials bounds what a file or a command may give: a key and a secret have some hundred bytes.
	maxCredentials = 64 << 10
	// maxComplaint bounds what is kept of a command's stderr.
	maxComplaint = 4 << 10
	// commandGrace is how long a command that was told to end may hold its pipes open.
	commandGrace = 2 * time.Second
)

// Connection are the client's options for a connec source but for its pace: where it is, whom it trusts, and the
// credentials, which are read here and from nowhere else. No error holds a credential.
func (s Source) Connection(ctx context.Context, getenv func(string) string) (connec.Options, error) {
	o := connec.Options{Endpoint: s.Endpoint, Group: s.Group, PlainHTTP: s.AllowPlainHTTP}
	var err error
	if s.CAFile != "" {
		if o.RootCAs, err = readCAs(s.CAFile); err != nil {
			return connec.Options{}, err
		}
	}
	if o.Key, o.Secret, err = s.Credentials.read(ctx, getenv); err != nil {
		return connec.Options{}, err
	}
	return o, nil
}

// readCAs are the authorities that the file names, as PEM; they take the place of the system's.
func readCAs(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read `ca_file`: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("`ca_file` %s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", path)
	}
	return pool, nil
}

func (c Credentials) read(ctx context.Context, getenv func(string) string) (key, secret string, err error) {
	switch {
	case c.File != "":
		text, err := readPrivate(c.File)
		if err != nil {
			return "", "", err
		}
		if key, secret, err = parseCredentials(text); err != nil {
			return "", "", fmt.Errorf("credentials file %s: %w", c.File, err)
		}
		return key, secret, nil
	case len(c.Command) > 0:
		return c.run(ctx)
	}
	for _, v := range []struct {
		name, what string
		to         *string
	}{{c.KeyEnv, "key", &key}, {c.SecretEnv, "secret", &secret}} {
		if getenv != nil {
			*v.to = getenv(v.name)
		}
		if *v.to == "" {
			return "", "", fmt.Errorf("the environment variable %s is not set: export the API %s under that name", v.name, v.what)
		}
	}
	return key, secret, nil
}

// readPrivate reads a file that nobody but its owner may read. The mode is that of the file opened, so that none can be
// put in its place in between.
func readPrivate(path string) ([]byte, error) {
	// A pipe would block here until somebody writes to it.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("credentials file %s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" { // modes are Unix's
		return nil, fmt.Errorf("credentials file %s has mode %04o, so others than its owner may use it: run `chmod 600 %s`; if others could read it, have the secret replaced",
			path, mode, path)
	}
	if info.Size() > maxCredentials {
		return nil, fmt.Errorf("credentials file %s has %d bytes, more than a key and a secret need: is it the right one?", path, info.Size())
	}
	return io.ReadAll(io.LimitReader(f, maxCredentials))
}

// parseCredentials reads a key and a secret: one `key=...` and one `secret=...` on lines of their own, blank lines and
// comments aside, or a JSON object of the two, as vaults print it.
func parseCredentials(text []byte) (key, secret string, err error) {
	found := map[string]string{}
	if trimmed := bytes.TrimSpace(text); bytes.HasPrefix(trimmed, []byte("{")) {
		var object struct{ Key, Secret string }
		if json.Unmarshal(trimmed, &object) != nil {
			return "", "", errors.New("it is no sound JSON object of texts") // the decoder's own words may hold a value
		}
		found["key"], found["secret"] = object.Key, object.Secret
	} else if found, err = credentialLines(string(text)); err != nil {
		return "", "", err
	}
	for _, name := range []string{"key", "secret"} {
		if found[name] == "" {
			return "", "", fmt.Errorf("there is no %s in it: want the lines `key=...` and `secret=...`, or a JSON object of the two", name)
		}
	}
	return found["key"], found["secret"], nil
}

// credentialLines never repeats a line in its errors: it may be the secret itself.
func credentialLines(text string) (map[string]string, error) {
	found := map[string]string{}
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name != "key" && name != "secret" {
			return nil, fmt.Errorf("line %d is neither `key=...` nor `secret=...`", n)
		}
		if _, again := found[name]; again {
			return nil, fmt.Errorf("line %d gives the %s a second time", n, name)
		}
		found[name] = strings.TrimSpace(value)
	}
	return found, nil
}

// run runs the command, without a shell, and reads what it prints as it would a file. Only the program's name stands in
// errors: an argument may be private.
func (c Credentials) run(ctx context.Context) (key, secret string, err error) {
	limit := time.Duration(c.Timeout * float64(time.Second))
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, complaint := &bounded{max: maxCredentials}, &bounded{max: maxComplaint}
	cmd := exec.CommandContext(timed, c.Command[0], c.Command[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, complaint, commandGrace
	err = cmd.Run()
	said := saidWithout(complaint.whole(), out.kept.String())
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case timed.Err() != nil:
		return "", "", fmt.Errorf("credentials command %s did not end within %s (`timeout`)%s", c.Command[0], limit, said)
	case errors.As(err, &exit):
		return "", "", fmt.Errorf("credentials command %s ended with %s%s", c.Command[0], exit.ProcessState, said)
	case err != nil:
		return "", "", fmt.Errorf("credentials command %s: %w", c.Command[0], err)
	case out.cut:
		return "", "", fmt.Errorf("credentials command %s printed more than %d bytes: want a key and a secret", c.Command[0], maxCredentials)
	}
	if key, secret, err = parseCredentials(out.kept.Bytes()); err != nil {
		return "", "", fmt.Errorf("credentials command %s: what it printed: %w%s", c.Command[0], err, said)
	}
	return key, secret, nil
}

// saidWithout is what a command complained of, less every word that it printed as a result: that may be the secret.
func saidWithout(complaint, result string) string {
	complaint = strings.Join(strings.Fields(complaint), " ")
	if complaint == "" {
		return ""
	}
	words := strings.FieldsFunc(result, func(r rune) bool { return strings.ContainsRune(" \t\r\n=\"{},", r) })
	for _, line := range append(strings.Split(result, "\n"), words...) {
		// A shorter text is no secret, and would only garble the complaint.
		for _, text := range []string{strings.TrimSpace(line), afterEquals(line)} {
			if len(text) >= 4 && text != "secret" {
				complaint = strings.ReplaceAll(complaint, text, "***")
			}
		}
	}
	return "; it said: " + complaint
}

func afterEquals(line string) string {
	_, value, _ := strings.Cut(line, "=")
	return strings.TrimSpace(value)
}

// bounded keeps what is written up to max bytes, and drops the rest.
type bounded struct {
	kept bytes.Buffer // not embedded: its ReadFrom would take all
	max  int
	cut  bool
}

func (b *bounded) Write(text []byte) (int, error) {
	room := min(b.max-b.kept.Len(), len(text))
	b.cut = b.cut || room < len(text)
	b.kept.Write(text[:room])
	return len(text), nil
}

// whole is what was kept, less a last word that may have been cut in two: half a secret would not be known for one.
func (b *bounded) whole() string {
	text := b.kept.String()
	if b.cut {
		text = text[:strings.LastIndexAny(text, " \t\r\n")+1]
	}
	return text
}
