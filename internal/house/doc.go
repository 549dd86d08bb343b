// Package house holds the rules of the code base as tests, so that `go test ./...` is the whole check.
package house
