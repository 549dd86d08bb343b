package spark

import (
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// rows are the records that stand in a block, for the statement that writes them.
func (s *scan) rows() queries.Rows {
	records := kernel.NewRecordWriter(s.set, s.model)
	return queries.Rows{Len: len(s.placed.records), Fill: func(row *queries.Row, i int) {
		r := s.placed.records[i]
		record, err := records.Append(nil, r)
		if err != nil {
			row.Fail(err)
			return
		}
		row.Bytes(record)
		row.Bytes(s.appendBlocks(nil, i))
	}}
}
