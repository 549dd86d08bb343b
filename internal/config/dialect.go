package config

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// commonEncodings are offered for a name that nobody knows: those of spreadsheets and applications.
func commonEncodings() []string {
	return []string{"utf-8", "utf-16", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "iso-8859-15", "windows-1250", "macintosh"}
}

// Encoding is the text encoding of that IANA name, or of one that browsers know (cp1252). The error offers the nearest
// of the common ones.
func Encoding(name string) (encoding.Encoding, error) {
	if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
		return e, nil
	}
	if e, err := htmlindex.Get(name); err == nil {
		return e, nil
	}
	return nil, fmt.Errorf("encoding %q is not known: %s", name, suggestion(name, commonEncodings()))
}

// DelimiterByte is the source's delimiter, 0 when it is to be found.
func (s Source) DelimiterByte() (byte, error) {
	switch {
	case s.Delimiter == "":
		return 0, nil
	case s.Delimiter == "tab":
		return '\t', nil
	case len(s.Delimiter) == 1 && s.Delimiter[0] < 0x80 && s.Delimiter != `"` && s.Delimiter != "\n" && s.Delimiter != "\r":
		return s.Delimiter[0], nil
	}
	return 0, fmt.Errorf("`delimiter` is one ASCII character other than a quote, such as \";\", or tab; got %q", s.Delimiter)
}
