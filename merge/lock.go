package merge

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// lockForApply takes the two locks of an apply: one beside the plan, one for the endpoint and group whatever the plan.
// They are the kernel's own (flock), so that a holder that was killed leaves none behind. They reach no other machine.
func lockForApply(o ApplyOptions, h Header) (release func(), err error) {
	dir := o.seams.lockDir
	if dir == "" {
		if dir, err = lockFolder(); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256([]byte(placeOf(h.Endpoint) + "\n" + h.Group))
	paths := []string{o.Plan + ".lock", filepath.Join(dir, "apply-"+hex.EncodeToString(sum[:8])+".lock")}
	var held []*flock.Flock
	release = func() {
		// The files stay: removing one that another process has just opened would let two hold "the" lock.
		for _, l := range held {
			_ = l.Close()
		}
	}
	for _, path := range paths {
		lock, err := tryLock(path)
		if err != nil {
			release()
			return nil, err
		}
		if lock == nil {
			release()
			return nil, refuse("wait until it ends, then look at `sameas merge status`",
				"another apply is at work on %s, group %s (it holds %s)", h.Endpoint, h.Group, path)
		}
		held = append(held, lock)
	}
	return release, nil
}

// placeOf is the endpoint in one spelling: the case of scheme and host, and a port that goes without saying, name no other place.
func placeOf(endpoint string) string {
	endpoint = strings.TrimRight(endpoint, "/")
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.TrimSuffix(strings.ToLower(u.Host), ".")
	if port := u.Port(); port == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.String()
}

// tryLock returns nil without an error when another holds the lock.
func tryLock(path string) (*flock.Flock, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("lock %s is not a regular file: move it away", path)
	}
	lock := flock.New(path, flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w: the plan's folder must be writable, its journal is written there", path, err)
	}
	if !ok {
		_ = lock.Close()
		return nil, nil
	}
	return lock, nil
}

// lockFolder is the user's own folder for locks: all of the user's processes must agree on it.
func lockFolder() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = filepath.Join(os.TempDir(), fmt.Sprintf("sameas-%d", os.Getuid()))
	}
	dir := filepath.Join(base, "sameas", "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", errors.Join(errors.New("make the folder of locks"), err)
	}
	return dir, nil
}
