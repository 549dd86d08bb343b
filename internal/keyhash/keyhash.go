// Package keyhash stands for an external ID by a keyed digest, so that what was said of a record can be known again when
// the record comes back, and the ID itself need not be kept.
//
// The digest is HMAC-SHA-256 (RFC 2104) under a random key, cut to 128 bits: no table made beforehand finds the ID, and no
// two IDs are taken for one. The key lies beside the digests, since both are needed to know an ID again; so whoever holds
// them can still test whether a given ID is among them.
package keyhash

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// mark begins every digest; no text form of an ID begins with it, as the first part of one is a provider's name.
const mark = "~"

var form = regexp.MustCompile(`^~[0-9a-f]{32}$`)

// NewKey is a random key, as hexadecimal digits.
func NewKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails; the process ends if the system has no randomness
	return hex.EncodeToString(key)
}

// Of is the digest of one external ID, in its text form, of one collection.
func Of(key, collection, id string) string {
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte(collection + "\x00" + id))
	return mark + hex.EncodeToString(sum.Sum(nil)[:16])
}

// Is reports whether the text is a digest and no ID.
func Is(text string) bool { return form.MatchString(text) }
