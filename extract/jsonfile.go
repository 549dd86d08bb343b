package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sameas/sameas/internal/connec"
)

// scanLines reads a file of one JSON object a line and calls visit for each with its line. It checks syntax, names
// given twice, UTF-8 and depth before DuckDB sees a line.
func scanLines(path string, visit func(line int, object jsontext.Value) error) (rows int64, err error) {
	f, err := openFile(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text := newTextReader(path, f)
	for line := 1; ; line++ {
		value, err := text.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return rows, err
		}
		if value = bytes.TrimSpace(value); len(value) > 0 {
			if bad := checkObject(value); bad != nil {
				return rows, fmt.Errorf("%s line %d: %w", path, line, bad)
			}
			rows++
			if err := visit(line, value); err != nil {
				return rows, err
			}
		}
		if err == io.EOF {
			break
		}
	}
	if rows == 0 {
		return 0, fmt.Errorf("%s holds no record", path)
	}
	return rows, nil
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
	return checkDepth(text)
}

// checkDepth refuses nesting that DuckDB's parser would not survive, by the bound that the hub's answers are held to.
func checkDepth(text []byte) error {
	if err := connec.CheckJSON(text); err != nil {
		return notJSON(err)
	}
	return nil
}

func notJSON(err error) error { return fmt.Errorf("not JSON: %w", err) }

// scanJSON reads a file that is one JSON array of objects, or objects one after the other.
func scanJSON(path string, visit func(row int64, object jsontext.Value) error) (rows int64, err error) {
	f, err := openFile(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	d := jsontext.NewDecoder(newTextReader(path, f))
	array := d.PeekKind() == '['
	if array {
		if _, err := d.ReadToken(); err != nil {
			return 0, err
		}
	}
	for {
		kind := d.PeekKind()
		if array && kind == ']' {
			break
		}
		value, err := d.ReadValue()
		if err == io.EOF && !array {
			break
		}
		if err != nil {
			return rows, jsonError(path, rows+1, err)
		}
		rows++
		if kind != '{' {
			return rows, fmt.Errorf("%s record %d: want a JSON object", path, rows)
		}
		if err := checkDepth(value); err != nil {
			return rows, fmt.Errorf("%s record %d: %w", path, rows, err)
		}
		if err := visit(rows, value); err != nil {
			return rows, err
		}
	}
	if rows == 0 {
		return 0, fmt.Errorf("%s holds no record", path)
	}
	return rows, nil
}

// jsonError adds the line of the place where the syntax broke.
func jsonError(path string, row int64, err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return err
	}
	line, lineErr := lineAt(path, syntax.ByteOffset)
	if lineErr != nil {
		return lineErr
	}
	return fmt.Errorf("%s line %d, record %d: %w", path, line, row, notJSON(err))
}

// lineAt is the line of a byte offset.
func lineAt(path string, offset int64) (int64, error) {
	f, err := openFile(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text := newTextReader(path, f)
	line := int64(1)
	for range offset {
		b, err := text.ReadByte()
		if err != nil {
			break
		}
		if b == '\n' {
			line++
		}
	}
	return line, nil
}
