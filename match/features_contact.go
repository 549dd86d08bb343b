package match

import (
	"net/url"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/net/publicsuffix"

	"github.com/sameas/sameas/match/kernel"
)

// emailKind says what an address is evidence of.
type emailKind uint8

const (
	emailNone     emailKind = iota
	emailPersonal           // one person's mailbox
	emailShared             // a role's mailbox: info@, accounts@
)

// roleMailboxes are local parts that belong to a function and not to a person; RFC 2142 names the first ones.
var roleMailboxes = []string{"info", "support", "sales", "marketing", "abuse", "postmaster", "hostmaster", "webmaster",
	"admin", "administrator", "office", "contact", "contactus", "enquiries", "enquiry", "inquiries", "hello", "mail",
	"email", "reception", "accounts", "account", "accounting", "accountspayable", "ap", "ar", "payable", "payables",
	"invoices", "invoice", "billing", "finance", "orders", "order", "purchasing", "procurement", "hr", "jobs", "careers",
	"help", "helpdesk", "service", "services", "team", "noreply", "no-reply", "donotreply", "do-not-reply", "bookings",
	"warehouse", "dispatch", "customerservice", "customercare", "shop", "store", "manager", "kontakt"}

// freeMail are providers where a domain says nothing of an organization.
var freeMail = []string{"gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.com.au", "ymail.com",
	"hotmail.com", "hotmail.co.uk", "hotmail.com.au", "outlook.com", "outlook.com.au", "live.com", "live.com.au",
	"live.co.uk", "msn.com", "aol.com", "icloud.com", "me.com", "mac.com", "protonmail.com", "proton.me", "gmx.com",
	"gmx.net", "gmx.de", "web.de", "mail.com", "mail.ru", "yandex.ru", "yandex.com", "qq.com", "163.com", "126.com",
	"zoho.com", "fastmail.com", "bigpond.com", "bigpond.net.au", "optusnet.com.au", "iinet.net.au", "internode.on.net",
	"tpg.com.au", "dodo.com.au", "westnet.com.au", "btinternet.com", "sky.com", "virginmedia.com", "talktalk.net",
	"ntlworld.com", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "orange.fr", "free.fr", "laposte.net",
	"wanadoo.fr", "t-online.de", "libero.it", "xtra.co.nz", "hotmail.fr", "example.com", "example.org", "test.com"}

// emailOf normalises an address: lower case, plus-tag dropped, and dots dropped where the provider ignores them.
func emailOf(text string) (address string, kind emailKind) {
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "mailto:")
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(text, " ,;<>()\x1e\x1f") {
		return looseEmail(text)
	}
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	if isPlaceholder(fold(local)) || domain == "example.com" && local == "user" {
		return "", emailNone
	}
	address = local + "@" + domain
	if slices.Contains(roleMailboxes, local) {
		return address, emailShared
	}
	return address, emailPersonal
}

// looseEmail keeps a damaged address of some length: it may still resemble the right one.
func looseEmail(text string) (string, emailKind) {
	text = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
	if len(text) < 8 || isPlaceholder(fold(text)) {
		return "", emailNone
	}
	return text, emailPersonal
}

// domainOfEmail is the registered domain of an organization's own mail, or "" for a free-mail provider.
func domainOfEmail(address string) string {
	_, domain, ok := strings.Cut(address, "@")
	if !ok || slices.Contains(freeMail, domain) {
		return ""
	}
	return registered(domain)
}

// domainOfWebsite is the registered domain of an address such as https://www.example.com/about.
func domainOfWebsite(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	host := strings.TrimPrefix(u.Hostname(), "www.")
	if slices.Contains(freeMail, host) {
		return ""
	}
	return registered(host)
}

// secondLevels are labels under which registries let others register; those of listed top-level domains are known to
// the public suffix list, and those of private ones are not.
var secondLevels = map[string]bool{"com": true, "co": true, "net": true, "org": true, "gov": true, "edu": true, "ac": true}

func registered(host string) string {
	host = strings.Trim(host, ".")
	if host == "" || strings.Contains(host, "..") {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	if first, _, _ := strings.Cut(domain, "."); secondLevels[first] {
		rest, ok := strings.CutSuffix(host, "."+domain)
		if !ok {
			return "" // nobody's own: com.test
		}
		return rest[strings.LastIndexByte(rest, '.')+1:] + "." + domain
	}
	return domain
}

// phoneOf normalises a number to digits with its country's code, and says whether it is a mobile's.
// A number of the plain international form is taken as it is; the others are read by phonenumbers with the country
// of the record.
func phoneOf(text, country string) (digits string, mobile bool) {
	digits = digitsOf(text)
	if len(digits) < 6 || len(digits) > 17 || repeated(digits) || sequence(digits) || repeated(digits[2:]) {
		return "", false
	}
	trimmed := strings.TrimSpace(text)
	if country == "" && !strings.HasPrefix(trimmed, "+") {
		return strings.TrimLeft(digits, "0"), false
	}
	if d, m, ok := fastPhone(trimmed, digits, country); ok {
		return d, m
	}
	number, err := phonenumbers.Parse(text, country)
	if err != nil {
		return strings.TrimLeft(digits, "0"), false
	}
	kind := phonenumbers.GetNumberType(number)
	return strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+"), kind == phonenumbers.MOBILE
}

// fastPhone reads the commonest shapes without the library: international and national numbers of Australia and
// New Zealand, of Britain, and of North America. A test holds it against phonenumbers.
func fastPhone(trimmed, digits, country string) (string, bool, bool) {
	if strings.ContainsAny(trimmed, "xXeE#,;") {
		return "", false, false
	}
	international := strings.HasPrefix(trimmed, "+")
	switch {
	case international && len(digits) == 11 && digits[:2] == "61" && digits[2] >= '2' && digits[2] <= '8' && digits[2] != '5' && digits[2] != '6':
		return digits, digits[2] == '4', true
	case !international && country == "AU" && len(digits) == 10 && digits[0] == '0' && strings.IndexByte("23478", digits[1]) >= 0:
		return "61" + digits[1:], digits[1] == '4', true
	}
	return "", false, false
}

func digitsOf(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// sequence reports whether digits count up, as 12345678 does.
func sequence(digits string) bool { return strings.Contains("01234567890123456789", digits) }

// regionOf is the two-letter code of a country as people write it, or "".
func regionOf(country string) string {
	switch c := fold(country); c {
	case "":
		return ""
	case "australia", "aus":
		return "AU"
	case "new zealand", "nzl":
		return "NZ"
	case "united kingdom", "great britain", "england", "scotland", "wales", "gbr", "uk":
		return "GB"
	case "united states", "united states of america", "usa":
		return "US"
	case "canada":
		return "CA"
	case "france":
		return "FR"
	case "germany", "deutschland":
		return "DE"
	case "singapore":
		return "SG"
	case "ireland":
		return "IE"
	default:
		if len(c) == 2 {
			return strings.ToUpper(c)
		}
	}
	return ""
}

// named marks the addresses that are made of the person's name: their likeness is the name's likeness over again.
func named(emails []string, n personName) []string {
	words := strings.Fields(n.given + " " + n.family)
	out := make([]string, len(emails))
	for i, e := range emails {
		out[i] = e
		local, _, _ := strings.Cut(e, "@")
		if slices.ContainsFunc(words, func(w string) bool { return len(w) > 2 && strings.Contains(local, w) }) || initialsOnly(local, n) {
			out[i] = kernel.Named + e
		}
	}
	return out
}

// initialsOnly finds addresses that hold no more of a name than initials and digits, such as jt61.
func initialsOnly(local string, n personName) bool {
	letters := strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(local, ".", ""), "_", ""), "0123456789")
	if n.given == "" || n.family == "" {
		return len(letters) <= 2
	}
	return len(letters) <= 2 || letters == n.given[:1]+n.family || letters == n.family+n.given[:1]
}
