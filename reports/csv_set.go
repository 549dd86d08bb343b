package reports

import (
	"time"
)

// column is one documented column of a CSV file.
type column struct{ name, doc string }

// csvFile is one file of the set: a statement whose columns are the file's, in order.
type csvFile struct {
	name      string // without what tells the format
	statement string
	about     string
	columns   []column
	twins     bool // the statement asks for the twins of first syncs, or for who knows whom
	ids       bool // the statement asks for the IDs that each record bears
}

// appendTime appends a day without its midnight, and an instant as RFC 3339 in UTC.
func appendTime(line []byte, t time.Time) []byte {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.AppendFormat(line, time.DateOnly)
	}
	return t.AppendFormat(line, time.RFC3339)
}
