// Package kernel compares records: a pure function from a block of records to the pairs worth keeping and to counts
// per comparison pattern. It uses no database, no network and no cgo, so that the same code runs inside `sameas`, as
// a stream filter, and in the workers of a cluster.
//
// Every value is a number in a dictionary; every outcome is a small integer (a level); every weight is an integer
// number of units (1/1024 bit) that was worked out elsewhere. So a sum has one value whatever the order, the machine
// or the number of threads, and equals the waterfall of package evidence exactly. Similarities are floating point, but
// are only held against fixed thresholds, and come of additions and divisions that no processor rounds otherwise.
//
// # The contract sameas-kernel/1
//
// Filter, `sameas kernel --spec FILE` and match/kernel/cmd read rows from stdin and write rows to stdout, in one of two
// formats that say the same. Whatever is not as said here ends the filter with one line on stderr, of fewer than 2,048
// bytes, and an exit code that tells of its kind (ExitRow and those below it), and without a trailer.
//
// As lines (`--format tsv`, for SELECT TRANSFORM), rows are columns with tabs between, each line ended by a line feed,
// without escapes: a value holds no tab, line feed, carriage return or backslash. As Arrow (`--format arrow`, for
// mapInArrow), they are record batches of an IPC stream that ends with its end-of-stream mark and nothing behind it;
// nothing is null, no column is of another type than said below, and texts hold no such characters either. Texts are of
// type utf8 or large_utf8.
//
// A row in is a record in a block, or in a tile of a block that was cut. The rows of a tile stand together, in any
// order; a tile comes once, in one process; tiles come in any order.
//
//	rule     int32  number of the blocking rule, from 0
//	key      text   the block's key under the rule
//	tile     text   names the tile within the block
//	side     int32  1 or 2: with rows of side 2, each of side 1 is compared with each of side 2; else all of side 1 pairwise
//	id       int64  the record, not below 0; a pair's first record is the one with the smaller number
//	stratum  int32  number of the record's source, below 256; 0 when there is one
//	apart    text   as many columns as the spec says: two records with different texts other than "" and "0" are not compared
//	fields   text   a column for each field of the spec: normalised values, U+001F between several, empty when missing
//	terms    text   what the frequency of the values adds, in units: of each field whose spec has `most`, U+001F between, a number
//	                for each of its values, commas between; or nothing, where each adds `most`
//	keys     text   rule:key of all blocks that the record is in, U+001F between; the row's own among them
//
// Columns stand in this order. In Arrow they bear these names, but for apart and fields, whose names are free.
//
// A pair is compared in one block only: that of the smallest (rule, key), rules by number and keys by their bytes,
// that both records have. So no pair has to be made distinct afterwards, wherever the blocks were compared.
//
// A row out is a letter and six whole numbers in 64 bits, in Arrow columns kind (utf8) and n1 to n6 (int64):
//
//	e  id of A, id of B, rule, pattern, weight, terms     a pair that weighs at least `keep`
//	r  rule, pairs, 0, 0, 0, 0                            pairs compared under one rule
//	c  rules, strata, terms, pattern, pairs, 0            with `count`: pairs of one pattern
//	i  tiles, hash, 0, 0, 0, 0                            the tiles that came in
//	t  rows, enumerated, scored, edges, hash, counted     the trailer, last
//
// A pattern holds the level of field f in bits 4f to 4f+3. Weights and terms (what the frequency of the values adds)
// are in units; those of a count in whole bits. The rules of a count are a bit each, its strata 256*smaller+larger.
// The trailer tells how many rows came in, pairs were looked at, were compared, edges and counted pairs went out; its
// hash is the exclusive or of FNV-1a over each edge's line, line feed included, in Arrow, too. That of the tiles is over a line
// for each with rule, key, tile and the number of its rows, so that no tile stands for another. Sums and exclusive or over
// the trailers of all processes do not depend on how blocks were shared out; whoever reads the edges holds them against
// these. A stream of no rows has a trailer, too.
//
// The spec file is JSON: `contract`; `version`, that of the kernel which it is for, any other refuses it; `rules` and
// `apart`, how many there are; `fields` with `kind`, `bits` by level, `most` (the most that the frequency of a value adds, as
// rare ones do; without it frequency does not count), `group`, `lent`, `swap`; `caps` and `within` of the groups; `prior`, or
// `priors` by two strata; `keep`; `count`. Field and Spec say what they mean. All numbers are whole, and none of it is a
// value: it is as small for many records as for few. WriteSpec writes it, RowWriter the rows. A value adds the same in all
// rows of a stream.
package kernel
