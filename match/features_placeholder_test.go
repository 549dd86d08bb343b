package match

import (
	"fmt"
	"testing"
)

func TestValuesFarTooFrequentAreSetAside(t *testing.T) {
	t.Parallel()
	people := town(600, "a")
	for i := range people {
		people[i].landline = fmt.Sprintf("02%08d", 30000000+i*37)
		people[i].city, people[i].postcode = "balville", "2000" // a town is no placeholder
		switch {
		case i < 200:
			people[i].family = "nguyen" // nor a common name
		case i < 260:
			people[i].landline = "0299990000" // what the form wanted something for
		case i < 320:
			people[i].line1 = "1 unknown road"
		case i < 380:
			people[i].email = "default@nowhere.org"
		case i < 390:
			people[i].email = "bookings@clinic.org" // ten people share a mailbox
		case i < 400:
			people[i].landline = "0298887777" // and a switchboard
		}
	}
	w := newWorld(t)
	w.fill("people", people, nil)
	w.run(nil, 2)
	if got, want := w.text(`SELECT key_a FROM conflicts WHERE kind = 'placeholder' ORDER BY key_a`), "email=default@nowhere.org\nlandline=61299990000\nstreet=1 unknown rd"; got != want {
		t.Errorf("placeholders:\n%s\nwant:\n%s", got, want)
	}
	if got := w.text(`SELECT DISTINCT 'kept' FROM features WHERE contains(vals, '61299990000') OR contains(vals, 'default@nowhere.org')`); got != "" {
		t.Error("a placeholder is still among the values")
	}
	if got := w.text(`SELECT DISTINCT 'kept' FROM features WHERE contains(vals, 'bookings@clinic.org')`); got != "kept" {
		t.Error("a mailbox that ten people share was set aside")
	}
}

func TestAScaleOfSharingHasNoPlaceholder(t *testing.T) {
	t.Parallel()
	people := town(600, "a")
	next := 0
	for _, staff := range []int{120, 60, 40, 25, 15, 10, 6, 4, 3, 2} { // employers of all sizes, each with its own number
		for range staff {
			people[next].landline = fmt.Sprintf("02%08d", 44000000+staff)
			next++
		}
	}
	w := newWorld(t)
	w.fill("people", people, nil)
	w.run(nil, 2)
	if got := w.text(`SELECT detail FROM conflicts WHERE kind = 'placeholder'`); got != "" {
		t.Errorf("a value as widely shared as others nearly are was set aside: %s", got)
	}
}

func TestAProvidersDomainIsNoCompanys(t *testing.T) {
	t.Parallel()
	list := register(120, func(*company) {})
	for i := range list {
		if i%4 < 2 {
			list[i].email, list[i].website = fmt.Sprintf("box%d@bigmail.example", i/2), ""
		}
	}
	w := newWorld(t)
	w.fillCompanies(list)
	w.run(nil, 2)
	if got := w.text(`SELECT key_a FROM conflicts WHERE kind = 'placeholder'`); got != "domain=bigmail.example" {
		t.Errorf("placeholders: %q, want the domain of the mail provider", got)
	}
}
