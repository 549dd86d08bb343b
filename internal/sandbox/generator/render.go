package generator

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sameas/sameas/internal/connec"
)

// The hub's records are written by hand, field by field: encoding/json by reflection would take most of the time.
// A test decodes every line with encoding/json.

// jsonText appends s as a JSON string.
func jsonText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			b = append(b, s[i:i+n]...)
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}

// object writes one JSON object.
type object struct {
	b     []byte
	first bool
}

func (o *object) open()  { o.b = append(o.b, '{'); o.first = true }
func (o *object) close() { o.b = append(o.b, '}'); o.first = false }

func (o *object) key(k string) {
	if !o.first {
		o.b = append(o.b, ',')
	}
	o.first = false
	o.b = append(append(append(o.b, '"'), k...), '"', ':')
}

func (o *object) text(k, v string) { o.key(k); o.b = jsonText(o.b, v) }
func (o *object) raw(k, v string)  { o.key(k); o.b = append(o.b, v...) }
func (o *object) flag(k string, v bool) {
	o.key(k)
	o.b = strconv.AppendBool(o.b, v)
}

// some writes a value that is there; one that is not shows as absent, "" or null, as it happened.
func (o *object) some(k, v string, how uint64) {
	switch {
	case v != "":
		o.text(k, v)
	case how%5 == 0:
		o.text(k, "")
	case how%31 == 0:
		o.raw(k, "null")
	}
}

func (o *object) idArray(hub bool, first bool, uuid string, ids []connec.ExternalID) {
	o.b = append(o.b, '[')
	n := 0
	entry := func(provider, realm, id string) {
		if n > 0 {
			o.b = append(o.b, ',')
		}
		n++
		o.b = append(o.b, `{"realm":`...)
		o.b = jsonText(o.b, realm)
		o.b = append(o.b, `,"provider":`...)
		o.b = jsonText(o.b, provider)
		o.b = append(o.b, `,"id":`...)
		o.b = jsonText(o.b, id)
		o.b = append(o.b, '}')
	}
	if hub && first {
		entry(connec.HubProvider, HubChannel, uuid)
	}
	for _, id := range ids {
		entry(id.Provider, id.Realm, id.ID)
	}
	if hub && !first {
		entry(connec.HubProvider, HubChannel, uuid)
	}
	o.b = append(o.b, ']')
}

func (o *object) address(k string, a address, how uint64) {
	o.key(k)
	o.open()
	if !a.empty() {
		switch {
		case how%150 == 7 && a.city != "": // the whole address in its first line, as some pushes do
			a = address{line1: a.line1 + "\n" + strings.TrimSpace(a.city+" "+a.region+" "+a.postcode) + "\n" + a.country}
		case how%13 == 0 && a.line1 != "":
			a.line1 += "\n"
		}
		o.some("line1", a.line1, how)
		o.some("line2", a.line2, how>>3)
		o.some("city", a.city, how>>5)
		o.some("region", a.region, how>>7)
		o.some("postal_code", a.postcode, how>>9)
		o.some("country", a.country, how>>11)
	}
	o.close()
}

// addresses writes the four slots of an address group; the second and third are mostly {}.
func (o *object) addresses(k string, billing address, how uint64) {
	o.key(k)
	o.open()
	o.address("billing", billing, how)
	o.raw("billing2", "{}")
	if how%17 == 0 {
		o.address("shipping", billing, how)
	} else {
		o.raw("shipping", "{}")
	}
	o.raw("shipping2", "{}")
	o.close()
}

func (o *object) head(code string, slot uint64, h *hubFacts) {
	o.key("id")
	o.idArray(true, h.hubFirst, h.uuid, h.ids)
	o.text("code", code+strconv.FormatUint(slot%(orgGroups*64), 10))
	o.text("status", h.status)
}

func (o *object) foot(collection string, h *hubFacts) {
	o.text("created_at", stamp(h.created))
	o.text("updated_at", stamp(h.updated))
	o.text("group_id", HubGroup)
	o.text("channel_id", HubChannel)
	o.text("resource_type", collection)
}

// hubFacts is what every hub record has, whatever it is of.
type hubFacts struct {
	uuid, status     string
	ids              []connec.ExternalID
	hubFirst         bool
	created, updated int64
}

func stamp(t int64) string { return time.Unix(t, 0).UTC().Format("2006-01-02T15:04:05Z") }

func (h *hubRec[T]) facts() *hubFacts {
	status := "ACTIVE"
	switch mix(h.slot^0x737461) % 400 {
	case 0:
		status = "ARCHIVED"
	case 1, 2:
		status = "INACTIVE"
	}
	return &hubFacts{uuid: h.uuid, status: status, ids: h.ids, hubFirst: h.hubFirst, created: h.created, updated: h.updated}
}

// appendPerson appends one hub record as one line of JSON.
func (w *world) appendPerson(b []byte, h *hubRec[person]) []byte {
	p, how, o := &h.body, mix(h.slot), &object{b: b}
	facts := h.facts()
	o.open()
	o.head("PE", h.slot, facts)
	o.some("title", p.title, how)
	o.some("first_name", p.first, 1)
	o.some("last_name", p.last, 1)
	o.some("job_title", p.job, how>>1)
	if p.birth != (civil{}) {
		o.text("birth_date", p.birth.String()+"T00:00:00Z")
	}
	if ref := w.reference(h.origin, p.org, how); ref != "" {
		o.raw("organization_id", ref)
	}
	o.some("company_name", p.company, how>>2)
	o.flag("is_customer", how%9 != 0)
	o.flag("is_supplier", how%9 == 0)
	o.flag("is_lead", how%41 == 0)
	o.key("email")
	o.open()
	o.some("address", p.email, how)
	o.some("address2", p.email2, how>>4)
	o.close()
	o.raw("website", "{}")
	o.key("phone_home")
	o.open()
	o.some("landline", p.home, how>>6)
	o.some("mobile", p.mobile, how>>8)
	o.some("landline2", "", how)
	o.close()
	o.key("phone_work")
	o.open()
	o.some("landline", p.work, how>>10)
	o.close()
	o.addresses("address_home", p.addr, how)
	o.raw("address_work", `{"billing":{},"billing2":{},"shipping":{},"shipping2":{}}`)
	o.raw("notes", "[]")
	o.foot("people", facts)
	o.close()
	return append(o.b, '\n')
}

// appendOrganization appends one hub record as one line of JSON.
func appendOrganization(b []byte, h *hubRec[organization]) []byte {
	r, how, o := &h.body, mix(h.slot), &object{b: b}
	facts := h.facts()
	o.open()
	o.head("OR", h.slot, facts)
	o.some("name", r.name, 1)
	o.some("industry", r.industry, how)
	o.some("reference", r.reference, how>>1)
	if how%3 == 0 {
		o.raw("number_of_employees", strconv.Itoa(r.staff))
	}
	o.flag("is_customer", !r.supplier)
	o.flag("is_supplier", r.supplier)
	o.flag("is_lead", false)
	o.key("email")
	o.open()
	o.some("address", r.email, how>>2)
	o.close()
	o.key("website")
	o.open()
	o.some("url", r.website, how>>3)
	o.close()
	o.key("phone")
	o.open()
	o.some("landline", r.phone, how>>4)
	o.some("mobile", r.mobile, how>>5)
	o.some("fax", "", how>>6)
	o.close()
	o.addresses("address", r.addr, how)
	o.raw("contact_channel", "{}")
	o.raw("referred_leads", "[]")
	o.foot("organizations", facts)
	o.close()
	return append(o.b, '\n')
}

// csvRow appends one CSV line; a value with a comma, quote or line break is quoted (RFC 4180).
func csvRow(b []byte, values ...string) []byte {
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = csvValue(b, v)
	}
	return append(b, '\n')
}

func csvValue(b []byte, v string) []byte {
	plain := true
	for i := range len(v) {
		if c := v[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			plain = false
			break
		}
	}
	if plain {
		return append(b, v...)
	}
	b = append(b, '"')
	for i := range len(v) {
		if v[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, v[i])
	}
	return append(b, '"')
}

// localPerson appends one line of an application's own people file.
func (w *world) localPerson(b []byte, l *localRec[person]) []byte {
	p := &l.body
	if l.app == appA {
		b = append(append(b, l.id...), ',')
		b = append(append(b, l.knows...), ',')
	} else {
		b = append(append(b, l.id...), ',')
	}
	return csvRow(b, p.first, p.last, p.title, p.birth.String(), p.email, p.email2, p.home, p.mobile, p.work,
		p.addr.line1, p.addr.line2, p.addr.city, p.addr.region, p.addr.postcode, p.addr.country, p.job, p.company, w.localOrg(l.app, p.org))
}

func localOrganization(b []byte, l *localRec[organization]) []byte {
	o := &l.body
	return csvRow(b, l.id, o.name, o.reference, o.email, o.phone, o.mobile, o.website,
		o.addr.line1, o.addr.line2, o.addr.city, o.addr.region, o.addr.postcode, o.addr.country)
}

// Column lines of the files.
const (
	truthHeader    = "provider,realm,id,entity,collection,kind,indistinguishable\n"
	linksHeader    = "left_provider,left_realm,left_id,right_provider,right_realm,right_id\n"
	personColumns  = "given_name,surname,title,date_of_birth,email,email_2,phone,mobile,work_phone,address_1,address_2,suburb,state,postcode,country,job_title,company,account_id\n"
	peopleHeaderA  = "contact_id,other_id," + personColumns
	peopleHeaderB  = "contact_id," + personColumns
	accountsHeader = "account_id,name,tax_number,email,phone,mobile,website,address_1,address_2,suburb,state,postcode,country\n"
)
