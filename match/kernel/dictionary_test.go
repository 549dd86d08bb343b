package kernel

import (
	"errors"
	"testing"
)

func TestDictionaryThatIsFullSaysSo(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]limit{
		"text":   {text: len("anna" + "berta"), values: 100, words: 100},
		"values": {text: 100, values: 2, words: 100},
		"words":  {text: 100, values: 100, words: 5},
	} {
		d := NewDictionary(Family)
		d.limit = room
		first, second := d.Code("anna"), d.Code("berta")
		if first != 1 || second != 2 || d.Err() != nil {
			t.Fatalf("%s: codes %d and %d, error %v", name, first, second, d.Err())
		}
		if code := d.Code("carla von"); code != 0 || !errors.Is(d.Err(), ErrFull) {
			t.Errorf("%s: a value too many has number %d, error %v", name, code, d.Err())
		}
		if d.Code("berta") != second || d.Text(second) != "berta" {
			t.Errorf("%s: what it held is lost", name)
		}
	}
}
