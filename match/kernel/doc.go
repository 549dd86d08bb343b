// Package kernel compares records: a pure function from a block of records to the pairs worth keeping and to counts
// per comparison pattern. It uses no database, no network and no cgo, so that the same code runs inside `sameas`, as
// a stream filter, and in the workers of a cluster.
//
// Every value is a number in a dictionary; every outcome is a small integer (a level); every weight is an integer
// number of units (1/1024 bit) that was worked out elsewhere. So a sum has one value whatever the order, the machine
// or the number of threads, and equals the waterfall of package evidence exactly.
package kernel
