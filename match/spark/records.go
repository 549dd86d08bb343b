package spark

import queries "github.com/sameas/sameas/sql"

// rows are the records that stand in a block, for the statement that writes them.
func (s *scan) rows() queries.Rows {
	return queries.Rows{Len: len(s.placed.records), Fill: func(row *queries.Row, i int) {
		r := s.placed.records[i]
		row.Int(int64(r))
		stratum := uint8(0)
		if s.set.Stratum != nil {
			stratum = s.set.Stratum[r]
		}
		row.Int(int64(stratum))
		record, err := s.set.AppendRecord(nil, r)
		if err != nil {
			row.Fail(err)
			return
		}
		row.Bytes(record)
		row.Bytes(s.appendBlocks(nil, i))
	}}
}
