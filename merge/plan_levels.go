package merge

import (
	"cmp"
	"slices"
)

// Steps inside a collection's levels. A level's operations wait for those of every lower one that they depend on.
const (
	stepWrite   = 0 // attach, consolidate
	stepLoser   = 1 // losers gain IDs
	stepRepoint = 2 // references move
	stepRetire  = 3
	stepCreate  = 4

	// Native merges come after the references have moved, and what IDs are lacking then after them.
	stepRepointFirst = 0
	stepMerge        = 1
	stepAfterMerge   = 2

	levelsEach    = 10
	levelWithheld = 1000
)

// rank puts organizations before the people who refer to them, and both before all else.
func rank(collection string) int {
	switch collection {
	case "organizations":
		return 0
	case "people":
		return 1
	}
	return 2
}

func level(collection string, step int) int { return rank(collection)*levelsEach + step }

// inLevels sorts collections by their levels, then by name.
func inLevels(collections []string) []string {
	slices.SortFunc(collections, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return collections
}
