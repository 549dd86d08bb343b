package connec

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

var (
	collectionName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	groupName      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	uuidText       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
)

// CheckCollection refuses what cannot be a collection's name in a URL.
func CheckCollection(name string) error {
	if !collectionName.MatchString(name) {
		return fmt.Errorf("collection %q: want its name in the URL, such as people or sales_orders", name)
	}
	return nil
}

// CheckGroup refuses what cannot be a group_id (cld-...) or channel (org-...).
func CheckGroup(group string) error {
	if !groupName.MatchString(group) {
		return fmt.Errorf("group %q: want the group_id that Connec! gave the application instance, such as cld-1234", group)
	}
	return nil
}

// CheckEndpoint says what is wrong with a base URL: it must be https, because the credentials travel with every request,
// or plain http to loopback or to the one host named by plainHTTP, "" for none; without user part, query or fragment. The
// URL is not repeated in the error, for it may hold a password.
func CheckEndpoint(endpoint, plainHTTP string) error {
	u, err := url.Parse(endpoint)
	problem := ""
	switch {
	case err != nil, u.Hostname() == "":
		problem = "must be a URL such as https://api-connec.maestrano.com/api/v2"
	case u.User != nil:
		problem = "must hold no user name or password: credentials are named by `credentials`"
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		problem = "must hold no query and no fragment"
	case u.Scheme == "http" && !IsLoopback(u.Hostname()) && (plainHTTP == "" || !strings.EqualFold(u.Hostname(), plainHTTP)):
		problem = "must begin with https://: plain http would show the credentials to the network (it is taken for loopback, and for a host " +
			"that `allow_plain_http` names)"
	case u.Scheme != "https" && u.Scheme != "http":
		problem = "must begin with https://"
	default:
		return nil
	}
	return fmt.Errorf("`endpoint` %s", problem)
}

// IsLoopback reports whether the host is this machine by its very name or address; nothing is resolved.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// escapeSegment makes one path segment of an ID: slashes and dot segments must not move the request elsewhere.
func escapeSegment(id string) string {
	if id == "." || id == ".." {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}
