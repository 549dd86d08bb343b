package connec

import (
	"bytes"
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

// Member is the value of a sound object's member, as it stands; nil when it has none of that name, or is no object.
func Member(object json.RawMessage, wanted string) json.RawMessage {
	i := next(object, 0)
	if i == len(object) || object[i] != '{' {
		return nil
	}
	for i = next(object, i+1); i < len(object) && object[i] == '"'; i = next(object, i) {
		name := object[i:endOfText(object, i)]
		i = next(object, i+len(name)) // the colon
		i = next(object, i+1)
		end := endOf(object, i)
		if i > end {
			return nil
		}
		if isText(name, wanted) {
			return object[i:end:end]
		}
		if i = next(object, end); i < len(object) { // the comma
			i++
		}
	}
	return nil
}

// isText reports whether a quoted name is that text; it makes no text of it unless it must.
func isText(quoted json.RawMessage, wanted string) bool {
	if bytes.IndexByte(quoted, '\\') >= 0 {
		return textOf(quoted) == wanted
	}
	return len(quoted) >= 2 && string(quoted[1:len(quoted)-1]) == wanted
}

// dissect takes a sound object apart in one pass: its members, the elements of the one of that name if it is an array, and
// how deep the object nests.
func dissect(object json.RawMessage, list string) (members map[string]json.RawMessage, elements []json.RawMessage, deepest int) {
	members = map[string]json.RawMessage{}
	i := next(object, 0)
	if i == len(object) || object[i] != '{' {
		_, deepest = extent(object, i)
		return members, nil, deepest
	}
	for i = next(object, i+1); i < len(object) && object[i] == '"'; i = next(object, i) {
		name := textOf(object[i:endOfText(object, i)])
		i = next(object, endOfText(object, i)) // the colon
		i = next(object, i+1)
		end, depth := i, 0
		if name == list && i < len(object) && object[i] == '[' {
			elements, end, depth = elementsAt(object, i)
		} else {
			end, depth = extent(object, i)
		}
		if i > end {
			break
		}
		members[name], deepest = object[i:end:end], max(deepest, depth)
		if i = next(object, end); i < len(object) { // the comma
			i++
		}
	}
	return members, elements, deepest + 1
}

// elementsAt are the elements of the array that begins at i, the place after it, and how deep it nests.
func elementsAt(text []byte, i int) (elements []json.RawMessage, end, deepest int) {
	for i = next(text, i+1); i < len(text) && text[i] != ']'; i = next(text, i) {
		end, depth := extent(text, i)
		elements, deepest = append(elements, text[i:end:end]), max(deepest, depth)
		i = next(text, end)
		if i < len(text) && text[i] == ',' {
			i++
		}
	}
	return elements, min(i+1, len(text)), deepest + 1
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
	end, _ := extent(text, i)
	return end
}

// extent is endOf, and how deep the value nests.
func extent(text []byte, i int) (end, deepest int) {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"':
			i = endOfText(text, i)
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
			i++
			continue
		case '}', ']':
			depth--
			i++
		default:
			if depth == 0 {
				return endOfWord(text, i), 0
			}
			i++
			continue
		}
		if depth <= 0 {
			return i, deepest
		}
	}
	return len(text), deepest
}

// endOfText is the place after the text between quotes that begins at i. A quote ends it unless an odd number of
// backslashes stands before it.
func endOfText(text []byte, i int) int {
	for at := i + 1; ; {
		quote := bytes.IndexByte(text[at:], '"')
		if quote < 0 {
			return len(text)
		}
		at += quote + 1
		slashes := 0
		for text[at-2-slashes] == '\\' {
			slashes++ // up to the quote at i at most
		}
		if slashes%2 == 0 {
			return at
		}
	}
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
