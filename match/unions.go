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

func (u *unions) find(i uint32) uint32 {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

func (u *unions) join(a, b uint32) uint32 {
	a, b = u.find(a), u.find(b)
	u.parent[max(a, b)] = min(a, b)
	return min(a, b)
}
