package kernel

import "testing"

func TestMailboxCountsForTheHouseholdWhenGivenNamesDiffer(t *testing.T) {
	t.Parallel()
	given, family, email := NewDictionary(Given), NewDictionary(Family), NewDictionary(Email)
	set := &Set{Dictionaries: []*Dictionary{given, family, email}, Values: [][]uint32{
		{given.Code("anna"), given.Code("anna"), given.Code("peter"), 0},
		{family.Code("smith"), family.Code("smith"), family.Code("smith"), family.Code("smith")},
		{email.Code("smiths@a.com"), email.Code("smiths@a.com"), email.Code("smiths@a.com"), email.Code("smiths@a.com")},
	}}
	spec := &Spec{Caps: []int32{10}, Within: []int{NoGroup}, Fields: []Field{
		{Kind: Given, Bits: []int32{0, 7, 0, 0, 0, 0, 0, -3}, Group: NoGroup, Lent: NoGroup, Swap: -1},
		{Kind: Family, Bits: []int32{0, 8, 0, 0, 0, 0, 0}, Group: 0, Lent: NoGroup, Swap: -1},
		{Kind: Email, Bits: []int32{0, 15, 0, 0, 0, 0}, Group: NoGroup, Lent: 0, Swap: -1},
	}}
	c := NewComparer(set, spec)
	for _, pair := range []struct {
		b    uint32
		want int32
	}{{1, 7 + 8 + 15}, {2, -3 + 10}, {3, 8 + 15}} {
		if got := c.Weight(0, pair.b); got != pair.want {
			t.Errorf("records 0 and %d weigh %d, want %d", pair.b, got, pair.want)
		}
	}
}
