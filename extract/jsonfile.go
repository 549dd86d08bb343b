package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sameas/sameas/internal/connec"
)

// jsonVisitor is told of a JSON file's records, in their order; place is the line of an NDJSON file, else the record's
// number.
type jsonVisitor struct {
	record func(place int64, object jsontext.Value) error
	reject func(rejection) error
}

// maxObjectBytes bounds one record; the largest that the hub is known to hold has some tens of kilobytes.
const maxObjectBytes = 16 << 20

// scanLines reads a file of one JSON object a line. It checks syntax, names given twice, UTF-8 and depth before DuckDB
// sees a line.
func scanLines(form textForm, visitor jsonVisitor) error {
	return form.read(func(text *bufio.Reader) error {
		var room []byte
		for line := int64(1); ; line++ {
			var value []byte
			var long bool
			var err error
			value, long, room, err = readLine(text, form.newline, room[:0], maxObjectBytes)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("read %s at line %d: %w", form.path, line, err)
			}
			if value = bytes.TrimSpace(value); len(value) == 0 {
				continue
			}
			if err := visitor.see(line, value, form.objectFault(value, long)); err != nil {
				return err
			}
		}
	})
}

// see hands on a record, or rejects it for a fault of the kind that is given.
func (v jsonVisitor) see(place int64, value []byte, fault *rejection) error {
	if fault == nil {
		return v.record(place, value)
	}
	return v.reject(fault.at(place, printable(value)))
}

// objectFault says what is wrong with a text that should be one JSON object; nil when nothing is.
func (f textForm) objectFault(text []byte, long bool) *rejection {
	switch {
	case long:
		return &rejection{kind: rejectedLong, reason: "longer than 16 MiB"}
	case f.undecodable(text) != "":
		return &rejection{kind: rejectedBytes, reason: f.undecodable(text)}
	}
	if err := checkObject(text); err != nil {
		return &rejection{kind: rejectedJSON, reason: err.Error()}
	}
	return nil
}

// checkObject reports what is wrong with a text that should be one JSON object.
func checkObject(text []byte) error {
	if text[0] == '{' && connec.CheckJSON(text) == nil {
		return nil
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if d.PeekKind() != '{' {
		if _, err := d.ReadValue(); err != nil {
			return notJSON(err)
		}
		return errors.New("want one JSON object a line, such as {\"id\": [...], ...}")
	}
	if _, err := d.ReadValue(); err != nil {
		return notJSON(err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return errors.New("something follows the JSON object: want one object a line")
	}
	if err := connec.CheckJSON(text); err != nil { // nesting that DuckDB's parser would not survive
		return notJSON(err)
	}
	return nil
}

func notJSON(err error) error { return fmt.Errorf("not JSON: %w", err) }

// scanJSON reads a file that is one JSON array of objects, objects one after the other, or one object that holds the
// records in an array. A break in the syntax ends it: nobody can say where the next record begins.
func scanJSON(form textForm, own []string, visitor jsonVisitor) error {
	member, err := arrayMember(form, own)
	if err != nil {
		return err
	}
	return form.read(func(text *bufio.Reader) error {
		// Names given twice and bytes that are no UTF-8 are found record by record.
		d := jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		inside, err := enter(d, member)
		if err != nil {
			return jsonError(form, 1, err)
		}
		for place := int64(1); ; place++ {
			kind := d.PeekKind()
			if inside && kind == ']' {
				return form.atEnd(d, place, member)
			}
			value, err := d.ReadValue()
			if err == io.EOF && !inside {
				return nil
			}
			if err != nil {
				return jsonError(form, place, err)
			}
			fault := form.objectFault(value, len(value) > maxObjectBytes)
			if kind != '{' {
				fault = &rejection{kind: rejectedJSON, reason: "want a JSON object"}
			}
			if err := visitor.see(place, value, fault); err != nil {
				return err
			}
		}
	})
}

// atEnd makes sure that nothing follows the array: what would stand there was never read. Around an array that an object
// holds, arrayMember has read all.
func (form textForm) atEnd(d *jsontext.Decoder, place int64, member string) error {
	if member != "" {
		return nil
	}
	if _, err := d.ReadToken(); err != nil {
		return jsonError(form, place, err)
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return fmt.Errorf("%s: something follows the array of %d records: put all records into one array, or one object on each line (ndjson)", form.path, place-1)
	}
	return nil
}

// enter goes to the first record: into the array, the object's own when member names one.
func enter(d *jsontext.Decoder, member string) (inside bool, err error) {
	if member != "" {
		if _, err := d.ReadToken(); err != nil {
			return false, err
		}
		for {
			name, err := d.ReadToken()
			if err != nil {
				return false, err
			}
			if name.String() == member && d.PeekKind() == '[' {
				break
			}
			if err := d.SkipValue(); err != nil {
				return false, err
			}
		}
	}
	if d.PeekKind() != '[' {
		return false, nil
	}
	_, err = d.ReadToken()
	return true, err
}

// arrayMember is the name of the member that holds the records, when the file is one object around one array of objects;
// "" when the records stand at the top. An object with a member that own names is a record itself.
func arrayMember(form textForm, own []string) (member string, err error) {
	err = form.read(func(text *bufio.Reader) error {
		d := jsontext.NewDecoder(text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		if d.PeekKind() != '{' {
			return errEnough
		}
		names, arrays, err := membersOf(d)
		if err != nil {
			return errEnough // the reader of the records says where it breaks
		}
		_, err = d.ReadToken()
		alone := err == io.EOF
		switch {
		case !alone || len(arrays) == 0 || slices.ContainsFunc(own, func(o string) bool { return slices.Contains(names, o) }):
		case len(arrays) > 1:
			return fmt.Errorf("%s holds records in %s: keep one of these arrays in it", form.path, strings.Join(arrays, ", "))
		default:
			member = arrays[0]
		}
		return errEnough
	})
	return member, err
}

// membersOf reads through one object, and names its members and those that are arrays of objects.
func membersOf(d *jsontext.Decoder) (names, arrays []string, err error) {
	if _, err := d.ReadToken(); err != nil {
		return nil, nil, err
	}
	for d.PeekKind() != '}' {
		token, err := d.ReadToken()
		if err != nil {
			return nil, nil, err
		}
		name := token.String()
		names = append(names, name)
		if d.PeekKind() != '[' {
			if err := d.SkipValue(); err != nil {
				return nil, nil, err
			}
			continue
		}
		if _, err := d.ReadToken(); err != nil {
			return nil, nil, err
		}
		if d.PeekKind() == '{' {
			arrays = append(arrays, name)
		}
		for d.PeekKind() != ']' {
			if err := d.SkipValue(); err != nil {
				return nil, nil, err
			}
		}
		if _, err := d.ReadToken(); err != nil {
			return nil, nil, err
		}
	}
	_, err = d.ReadToken()
	return names, arrays, err
}

// jsonError adds the line of the place where the syntax broke.
func jsonError(form textForm, record int64, err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("read %s at record %d: %w", form.path, record, err)
	}
	line := int64(1)
	_ = form.read(func(text *bufio.Reader) error {
		for range syntax.ByteOffset {
			b, err := text.ReadByte()
			if err != nil {
				break
			}
			if b == '\n' {
				line++
			}
		}
		return errEnough
	})
	return fmt.Errorf("%s line %d, record %d: %w", form.path, line, record, notJSON(err))
}
