package extract

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/sameas/sameas/internal/config"
)

// Names of encodings that are found; every other must be named in the configuration.
const (
	encodingUTF8        = "utf-8"
	encodingUTF16LE     = "utf-16le"
	encodingUTF16BE     = "utf-16be"
	encodingWindows1252 = "windows-1252"
)

// textForm is how a text file is written. It is found by reading the file through once: a letter beyond ASCII may first
// stand in the last line.
type textForm struct {
	path     string
	packed   string // "", gzip or zstd
	encoding string
	bom      bool // the file begins with a byte order mark
	guessed  bool // nothing in the file says what its encoding is: the commonest was taken
	newline  byte // what ends a line; a line feed may have a carriage return before it
	sha256   string
}

// byteCensus counts what tells the encoding of a text.
type byteCensus struct {
	head               []byte
	size               int64
	nulEven, nulOdd    int64 // NULs at even and odd places: the halves of UTF-16
	feeds, returns     int64
	multibyte, invalid int64 // characters of UTF-8 beyond ASCII, and bytes that are none
	tail               []byte
}

// Write counts; it never fails.
func (c *byteCensus) Write(p []byte) (int, error) {
	if len(c.head) < 4 {
		c.head = append(c.head, p[:min(len(p), 4-len(c.head))]...)
	}
	if bytes.IndexByte(p, 0) >= 0 {
		for i, b := range p {
			switch {
			case b != 0:
			case (c.size+int64(i))%2 == 0:
				c.nulEven++
			default:
				c.nulOdd++
			}
		}
	}
	c.feeds += int64(bytes.Count(p, []byte{'\n'}))
	c.returns += int64(bytes.Count(p, []byte{'\r'}))
	c.size += int64(len(p))
	c.countCharacters(p)
	return len(p), nil
}

func (c *byteCensus) countCharacters(p []byte) {
	text := p
	if len(c.tail) > 0 {
		text = append(c.tail, p...)
	}
	c.tail = nil
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			i := 1
			for i < len(text) && text[i] < utf8.RuneSelf {
				i++
			}
			text = text[i:]
			continue
		}
		r, size := utf8.DecodeRune(text)
		switch {
		case r != utf8.RuneError || size > 1:
			c.multibyte++
		case !utf8.FullRune(text):
			c.tail = bytes.Clone(text)
			return
		default:
			c.invalid++
		}
		text = text[size:]
	}
}

// Text in UTF-16 has a NUL for each character of ASCII; in one of another script these are the delimiters, the line ends and
// the digits. A damaged file has a few, here and there.
const (
	leastNULs  = 3
	nulShare   = 32 // of the bytes
	nulsPerLow = 4  // NULs of ASCII to one of a character such as U+4E00, whose other half is none
)

// encoding is what the bytes speak for. UTF-16 without a mark shows in NULs at places nearly all of which are even, or odd.
// Text that is no UTF-8 is Windows-1252, of which Latin-1 is a part; text with more characters of UTF-8 than bytes that are none is UTF-8 with
// damaged lines, since letters of the former hardly ever stand as those of the latter do.
func (c *byteCensus) encoding() (name string, bom, guessed bool) {
	switch {
	case bytes.HasPrefix(c.head, []byte{0xef, 0xbb, 0xbf}):
		return encodingUTF8, true, false
	case bytes.HasPrefix(c.head, []byte{0xff, 0xfe}):
		return encodingUTF16LE, true, false
	case bytes.HasPrefix(c.head, []byte{0xfe, 0xff}):
		return encodingUTF16BE, true, false
	case c.nulOdd > leastNULs+c.size/nulShare && c.nulOdd > nulsPerLow*c.nulEven:
		return encodingUTF16LE, false, true
	case c.nulEven > leastNULs+c.size/nulShare && c.nulEven > nulsPerLow*c.nulOdd:
		return encodingUTF16BE, false, true
	case c.invalid > c.multibyte:
		return encodingWindows1252, false, true
	}
	return encodingUTF8, false, false
}

// survey reads a text file through and finds how it is written; set is the encoding that the configuration names, "" to
// find it. A byte order mark goes before both.
func survey(path, set string) (textForm, error) {
	f, err := openRaw(path)
	if err != nil {
		return textForm{}, err
	}
	defer f.Close()
	hash := sha256.New()
	text, packed, err := unpack(path, io.TeeReader(f, hash))
	if err != nil {
		return textForm{}, err
	}
	var census byteCensus
	switch _, err := io.Copy(&census, text); {
	case err != nil && packed != "":
		return textForm{}, fmt.Errorf("%s cannot be unpacked whole (%s: %w): it is cut short or damaged: copy or export it again", path, packed, err)
	case err != nil:
		return textForm{}, fmt.Errorf("read %s: %w", path, err)
	}
	if _, err := io.Copy(hash, f); err != nil { // what follows the packed part
		return textForm{}, fmt.Errorf("read %s: %w", path, err)
	}
	form := textForm{path: path, packed: packed, newline: '\n', sha256: hex.EncodeToString(hash.Sum(nil))}
	form.encoding, form.bom, form.guessed = census.encoding()
	if set != "" && !form.bom {
		form.encoding, form.guessed = canonical(set), false
	}
	if census.feeds == 0 && census.returns > 0 {
		form.newline = '\r'
	}
	return form, nil
}

// canonical is the name of an encoding in the form that decoder and undecodable go by.
func canonical(name string) string {
	name = strings.ToLower(name)
	if name == "utf8" {
		return encodingUTF8
	}
	return name
}

// decoder turns the file's bytes into UTF-8, nil when they are meant to be.
func (f textForm) decoder() (encoding.Encoding, error) {
	switch f.encoding {
	case encodingUTF8:
		return nil, nil
	case encodingUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case encodingUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	case encodingWindows1252:
		return charmap.Windows1252, nil
	}
	return config.Encoding(f.encoding)
}

// errEnough is what a visitor answers when it needs no more of a file.
var errEnough = errors.New("enough of the file was read")

// read hands the file's text to see: unpacked, as UTF-8, without a mark. Bytes that are no UTF-8 in a file that should
// be are passed on; what another encoding cannot mean becomes U+FFFD. A file that is no more what was surveyed is refused.
func (f textForm) read(see func(text *bufio.Reader) error) error {
	file, err := openRaw(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	hash := sha256.New()
	text, _, err := unpack(f.path, io.TeeReader(file, hash))
	if err != nil {
		return err
	}
	decoder, err := f.decoder()
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	if decoder != nil {
		text = transform.NewReader(text, decoder.NewDecoder())
	}
	buffered := bufio.NewReaderSize(text, 1<<16)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3)
	}
	switch err := see(buffered); {
	case errors.Is(err, errEnough):
		return nil
	case err != nil:
		return err
	}
	if _, err := io.Copy(hash, file); err != nil { // what follows a packed part
		return fmt.Errorf("read %s: %w", f.path, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != f.sha256 {
		return fmt.Errorf("%s changed while it was read: extract again when nobody writes to it", f.path)
	}
	return nil
}

// undecodable names what of a text its encoding cannot mean; "" when there is nothing. NULs are no text in any encoding.
// In a single-byte encoding the control characters U+0080 to U+009F stand where the encoding has no character.
func (f textForm) undecodable(text []byte) string {
	if bytes.IndexByte(text, 0) >= 0 {
		return "a NUL byte: the file is damaged, or not text"
	}
	if isUTF8 := f.encoding == encodingUTF8; isUTF8 && utf8.Valid(text) {
		return ""
	} else if isUTF8 {
		for len(text) > 0 {
			r, size := utf8.DecodeRune(text)
			if r == utf8.RuneError && size == 1 {
				return fmt.Sprintf("not UTF-8 (byte 0x%02X): export the file again as UTF-8, or set `encoding`", text[0])
			}
			text = text[size:]
		}
	}
	for i := 0; i < len(text); i++ {
		if text[i] < utf8.RuneSelf {
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError || r >= 0x80 && r < 0xa0 {
			return fmt.Sprintf("a character that %s does not have: set `encoding` to the file's own", f.encoding)
		}
		i += size - 1
	}
	return ""
}
