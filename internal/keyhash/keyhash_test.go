package keyhash

import "testing"

func TestOf(t *testing.T) {
	t.Parallel()
	got := Of("key", "people", "crm/1/17")
	// printf 'people\0crm/1/17' | openssl dgst -sha256 -hmac key, its first 32 digits
	if want := "~a0b99bb6cd2235dce52c7d0b9bd35a03"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, other := range []string{Of("key2", "people", "crm/1/17"), Of("key", "organizations", "crm/1/17"), Of("key", "people", "crm/1/18")} {
		if other == got || !Is(other) {
			t.Errorf("%s", other)
		}
	}
	if Is("crm/1/17") || Is("~1") || !Is(got) {
		t.Error("what is a digest")
	}
	if a, b := NewKey(), NewKey(); len(a) != 64 || a == b {
		t.Errorf("keys %s, %s", a, b)
	}
}
