package kernel

// table finds the number of a text by its hash: open addressing with linear probing, half of the hash beside each
// number, so that texts are hardly ever compared in vain. It is at most three quarters full.
type table struct {
	slots []uint64 // upper half of the hash, then the number + 1; 0 = free
	used  int
}

func (t *table) init() { t.slots = make([]uint64, 64) }

// grow makes room for so many numbers in a table that is empty.
func (t *table) grow(n int) {
	size := len(t.slots)
	for 4*n > 3*size {
		size *= 2
	}
	if size > len(t.slots) {
		t.slots = make([]uint64, size)
	}
}

func (t *table) find(hash uint64, same func(n uint32) bool) (uint32, bool) {
	mask := uint64(len(t.slots) - 1)
	for i := hash >> 32 & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if slot := t.slots[i]; slot>>32 == hash>>32 && same(uint32(slot)-1) {
			return uint32(slot) - 1, true
		}
	}
	return 0, false
}

// likely is the number that find finds for most texts that are there, without a look at texts; 0 where it can name none.
func (t *table) likely(hash uint64) uint32 {
	if slot := t.slots[hash>>32&uint64(len(t.slots)-1)]; slot>>32 == hash>>32 {
		return uint32(slot) - 1
	}
	return 0
}

// add enters a number that find did not find.
func (t *table) add(hash uint64, n uint32) {
	if t.used++; 4*t.used > 3*len(t.slots) {
		old := t.slots
		t.slots = make([]uint64, 2*len(old))
		for _, slot := range old {
			if slot != 0 {
				t.put(slot)
			}
		}
	}
	t.put(hash>>32<<32 | uint64(n+1))
}

func (t *table) put(slot uint64) {
	mask := uint64(len(t.slots) - 1)
	i := slot >> 32 & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot
}
