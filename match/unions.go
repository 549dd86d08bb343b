package match

// unions is a union-find over record numbers; the root of a set is its smallest member, whatever the order of joins.
type unions struct{ parent []uint32 }

func newUnions(n int) *unions {
	u := &unions{parent: make([]uint32, n)}
	for i := range u.parent {
		u.parent[i] = uint32(i)
	}
	return u
}

// find is the root of a member's set. It writes nothing where a member points at its root.
func (u *unions) find(i uint32) uint32 {
	for {
		next := u.parent[i]
		if next == i {
			return i
		}
		further := u.parent[next]
		if further != next {
			u.parent[i] = further
		}
		i = further
	}
}

func (u *unions) join(a, b uint32) uint32 {
	a, b = u.find(a), u.find(b)
	u.parent[max(a, b)] = min(a, b)
	return min(a, b)
}

// flatten points every member at its root: until sets are joined again, find only reads, and may do so on several threads.
func (u *unions) flatten() {
	for i := range u.parent { // what a member points at is smaller than it, and so flat already
		u.parent[i] = u.parent[u.parent[i]]
	}
}
