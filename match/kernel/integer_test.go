package kernel

import (
	"reflect"
	"testing"
)

// TestWeightsAreWholeNumbers: no floating-point number is in what the kernel is told or says, so that nothing it
// answers can differ between processors by a bit.
func TestWeightsAreWholeNumbers(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var check func(typ reflect.Type, path string)
	check = func(typ reflect.Type, path string) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
			t.Errorf("%s is a %s", path, typ)
		case reflect.Pointer, reflect.Slice, reflect.Array:
			check(typ.Elem(), path+"[]")
		case reflect.Map:
			check(typ.Key(), path+".key")
			check(typ.Elem(), path+"[]")
		case reflect.Struct:
			for i := range typ.NumField() {
				check(typ.Field(i).Type, path+"."+typ.Field(i).Name)
			}
		}
	}
	for _, v := range []any{Spec{}, Set{}, Result{}, Comparison{}, Scanner{}, filter{}, specFile{}} {
		check(reflect.TypeOf(v), reflect.TypeOf(v).Name())
	}
	if len(seen) < 30 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}
