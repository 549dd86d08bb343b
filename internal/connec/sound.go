package connec

import (
	"encoding/json"
	"iter"
)

// What is known to be sound JSON is taken apart by counting brackets outside of its texts: a tenth of what it costs to
// decode it, which for pages of many records is most of what reading them costs. Of a text that is not sound the parts
// are anything, but there is no panic and an end.

// Members are the names and values of a sound object, as they stand; anything else has none.
func Members(object json.RawMessage) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		i := next(object, 0)
		if i == len(object) || object[i] != '{' {
			return
		}
		for i = next(object, i+1); i < len(object) && object[i] == '"'; i = next(object, i) {
			name := object[i:endOf(object, i)]
			i = next(object, i+len(name)) // the colon
			i = next(object, i+1)
			end := endOf(object, i)
			if i > end || !yield(textOf(name), object[i:end:end]) {
				return
			}
			if i = next(object, end); i < len(object) { // the comma
				i++
			}
		}
	}
}

// Elements are the values of a sound array, as they stand; anything else has none.
func Elements(array json.RawMessage) iter.Seq[json.RawMessage] {
	return func(yield func(json.RawMessage) bool) {
		i := next(array, 0)
		if i == len(array) || array[i] != '[' {
			return
		}
		for i = next(array, i+1); i < len(array) && array[i] != ']'; i = next(array, i) {
			end := endOf(array, i)
			if !yield(array[i:end:end]) {
				return
			}
			i = next(array, end) + 1 // the comma
		}
	}
}

// next is the place of the next byte that is no blank.
func next(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}

// endOf is the place after the value that begins at i; it is at least i+1 unless the text ends there.
func endOf(text []byte, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth == 0 {
				return endOfWord(text, i)
			}
			continue
		}
		if depth <= 0 {
			return min(i+1, len(text))
		}
	}
	return len(text)
}

// endOfWord is the place after a number, true, false or null that begins at i.
func endOfWord(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case ',', ']', '}', ' ', '\n', '\t', '\r':
			return i
		}
	}
	return i
}

// textOf is the text of a quoted name.
func textOf(quoted json.RawMessage) string {
	for i, c := range quoted {
		if c == '\\' {
			var text string
			_ = json.Unmarshal(quoted, &text)
			return text
		}
		if c == '"' && i > 0 {
			return string(quoted[1:i])
		}
	}
	return ""
}
