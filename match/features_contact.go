package match

import (
	"net/url"
	"strings"

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
var roleMailboxes = map[string]bool{
	"info": true, "support": true, "sales": true, "marketing": true, "abuse": true, "postmaster": true,
	"hostmaster": true, "webmaster": true, "admin": true, "administrator": true, "office": true, "contact": true,
	"contactus": true, "enquiries": true, "enquiry": true, "inquiries": true, "hello": true, "mail": true,
	"email": true, "reception": true, "accounts": true, "account": true, "accounting": true, "accountspayable": true,
	"ap": true, "ar": true, "payable": true, "payables": true, "invoices": true, "invoice": true, "billing": true,
	"finance": true, "orders": true, "order": true, "purchasing": true, "procurement": true, "hr": true, "jobs": true,
	"careers": true, "help": true, "helpdesk": true, "service": true, "services": true, "team": true, "noreply": true,
	"no-reply": true, "donotreply": true, "do-not-reply": true, "bookings": true, "warehouse": true, "dispatch": true,
	"customerservice": true, "customercare": true, "shop": true, "store": true, "manager": true, "kontakt": true,
}

// freeMail are providers where a domain says nothing of an organization.
var freeMail = map[string]bool{
	"gmail.com": true, "googlemail.com": true, "yahoo.com": true, "yahoo.co.uk": true, "yahoo.com.au": true,
	"ymail.com": true, "hotmail.com": true, "hotmail.co.uk": true, "hotmail.com.au": true, "outlook.com": true,
	"outlook.com.au": true, "live.com": true, "live.com.au": true, "live.co.uk": true, "msn.com": true, "aol.com": true,
	"icloud.com": true, "me.com": true, "mac.com": true, "protonmail.com": true, "proton.me": true, "gmx.com": true,
	"gmx.net": true, "gmx.de": true, "web.de": true, "mail.com": true, "mail.ru": true, "yandex.ru": true,
	"yandex.com": true, "qq.com": true, "163.com": true, "126.com": true, "zoho.com": true, "fastmail.com": true,
	"bigpond.com": true, "bigpond.net.au": true, "optusnet.com.au": true, "iinet.net.au": true,
	"internode.on.net": true, "tpg.com.au": true, "dodo.com.au": true, "westnet.com.au": true, "btinternet.com": true,
	"sky.com": true, "virginmedia.com": true, "talktalk.net": true, "ntlworld.com": true, "comcast.net": true,
	"verizon.net": true, "att.net": true, "sbcglobal.net": true, "orange.fr": true, "free.fr": true,
	"laposte.net": true, "wanadoo.fr": true, "t-online.de": true, "libero.it": true, "xtra.co.nz": true,
	"hotmail.fr": true, "example.com": true, "example.org": true, "test.com": true,
}

// emailOf normalises an address: lower case, plus-tag dropped, and dots dropped where the provider ignores them.
func (t *texts) emailOf(text string) (address string, kind emailKind) {
	text = strings.ToLower(strings.TrimSpace(text))
	text = strings.TrimPrefix(text, "mailto:")
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || domain == "" || damaged(text) {
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
	t.scratch = appendFolded(t.scratch[:0], local)
	if isPlaceholder(string(t.scratch)) || domain == "example.com" && local == "user" {
		return "", emailNone
	}
	if address = text; len(local)+len("@")+len(domain) != len(text) {
		address = t.keep(local, "@", domain)
	}
	if roleMailboxes[local] {
		return address, emailShared
	}
	return address, emailPersonal
}

// damaged reports whether a text holds what no address does.
func damaged(text string) bool {
	for i := range len(text) {
		switch c := text[i]; c {
		case ' ', ',', ';', '<', '>', '(', ')':
			return true
		default:
			if unwritable(rune(c)) {
				return true
			}
		}
	}
	return false
}

// looseEmail keeps a damaged address of some length: it may still resemble the right one.
func looseEmail(text string) (string, emailKind) {
	text = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '\\' {
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
	if !ok || freeMail[domain] {
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
	if freeMail[host] || sharedHost(host) {
		return ""
	}
	return registered(host)
}

// sharedHost reports whether a website's address is a page on somebody else's site, which says nothing by its domain.
func sharedHost(host string) bool {
	for _, site := range [...]string{"facebook.com", "instagram.com", "linkedin.com", "twitter.com", "x.com", "youtube.com", "google.com",
		"yelp.com", "tripadvisor.com", "wixsite.com", "tumblr.com", "pinterest.com", "tiktok.com", "etsy.com", "ebay.com", "linktr.ee"} {
		if host == site || strings.HasSuffix(host, "."+site) {
			return true
		}
	}
	return false
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

// named marks the addresses that are made of the person's name: their likeness is the name's likeness over again.
func (t *texts) named(emails []string, n personName) {
	for i, e := range emails {
		local, _, _ := strings.Cut(e, "@")
		if holdsWordOf(local, n.given) || holdsWordOf(local, n.family) || initialsOnly(local, n) {
			emails[i] = t.keep(kernel.Named, e)
		}
	}
}

// holdsWordOf reports whether a text holds a word of a name, other than a short one.
func holdsWordOf(text, name string) bool {
	for w := range strings.FieldsSeq(name) {
		if len(w) > 2 && strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// initialsOnly finds addresses that hold no more of a name than initials and digits, such as jt61.
func initialsOnly(local string, n personName) bool {
	letters := strings.TrimRight(strings.ReplaceAll(strings.ReplaceAll(local, ".", ""), "_", ""), "0123456789")
	if n.given == "" || n.family == "" {
		return len(letters) <= 2
	}
	return len(letters) <= 2 || letters == n.given[:1]+n.family || letters == n.family+n.given[:1]
}
