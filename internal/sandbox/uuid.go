package sandbox

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// newUUID makes the next UUID of a collection. It has the shape of the hub's own (time-based, the same tail on one
// server), but comes from the seed, so that the same requests in the same order give the same records.
func (s *Server) newUUID(c *collection) string {
	for {
		s.created++
		h := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", s.o.Seed, c.name, s.created))
		low, tail := binary.BigEndian.Uint32(h[:]), scramble(s.o.Seed)&0xffffffffffff
		uuid := fmt.Sprintf("%08x-%04x-0134-%04x-%012x", low, binary.BigEndian.Uint16(h[4:]), binary.BigEndian.Uint16(h[6:]), tail)
		_, used := c.byUUID[uuid]
		_, buried := c.tombs[uuid]
		if !used && !buried {
			return uuid
		}
	}
}

// textUUID is a UUID made of a text's hash.
func textUUID(text string) string {
	h := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%x-%x-4%03x-a%03x-%x", h[:4], h[4:6], binary.BigEndian.Uint16(h[6:])&0xfff, binary.BigEndian.Uint16(h[8:])&0xfff, h[10:16])
}
