package kernel

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	flatbuffers "github.com/google/flatbuffers/go"
)

// Bounds on what a message, or a buffer of it, may say that it is long: a damaged length must not fill the memory.
const (
	mostMetadata = 1 << 20
	mostBody     = 1 << 30
)

// arrowMessages reads the messages of an Arrow IPC stream. The library's own reader takes a stream that ends between
// two messages for a whole one and stops at the first mark of an end, whatever follows: both would lose rows unseen.
type arrowMessages struct {
	in    *bufio.Reader
	begun bool
}

func newArrowMessages(in io.Reader) *arrowMessages {
	return &arrowMessages{in: bufio.NewReaderSize(in, 1<<16)}
}

// Retain and Release count for nothing: the garbage collector has the memory.
func (*arrowMessages) Retain()  {}
func (*arrowMessages) Release() {}

// Message is the next message, or io.EOF after the mark that ends the stream.
func (m *arrowMessages) Message() (*ipc.Message, error) {
	var prefix [8]byte
	if _, err := io.ReadFull(m.in, prefix[:]); err != nil {
		return nil, cutShort(err)
	}
	if mark := binary.LittleEndian.Uint32(prefix[:4]); mark != 0xffffffff {
		if !m.begun {
			return nil, faultf(ExitRow, "it begins with %q and so is no Arrow IPC stream; lines of columns want --format tsv", prefix[:])
		}
		return nil, faultf(ExitRow, "a message begins with %08x where ffffffff belongs", mark)
	}
	size := int64(int32(binary.LittleEndian.Uint32(prefix[4:])))
	if size == 0 {
		if _, err := m.in.ReadByte(); err != io.EOF {
			return nil, faultf(ExitRow, "more follows the mark that ends the stream: two streams one after the other are not one")
		}
		return nil, io.EOF
	}
	metadata, err := m.read(size, mostMetadata)
	if err != nil {
		return nil, err
	}
	if !m.begun {
		if err := checkSchemaMessage(metadata.Bytes()); err != nil {
			return nil, err
		}
		m.begun = true
	}
	body, err := m.read(ipc.NewMessage(metadata, memory.NewBufferBytes(nil)).BodyLen(), mostBody)
	if err != nil {
		return nil, err
	}
	return ipc.NewMessage(metadata, body), nil
}

// checkSchemaMessage refuses lists that say they are longer than the message which they are in, as the library takes
// memory for as much as they say, and columns that are made of others. The numbers are the places of fields in the
// tables of the format's Message.fbs and Schema.fbs.
func checkSchemaMessage(message []byte) error {
	const header, fields, schemaMetadata, children, fieldMetadata = 2, 1, 2, 5, 6
	root := flatbuffers.Table{Bytes: message, Pos: flatbuffers.GetUOffsetT(message)}
	place := func(t *flatbuffers.Table, slot int) flatbuffers.UOffsetT {
		return flatbuffers.UOffsetT(t.Offset(flatbuffers.VOffsetT(4 + 2*slot)))
	}
	size := func(t *flatbuffers.Table, slot int) int {
		if o := place(t, slot); o != 0 {
			return t.VectorLen(o)
		}
		return 0
	}
	var schema flatbuffers.Table
	if o := place(&root, header); o != 0 {
		root.Union(&schema, o)
	}
	if schema.Bytes == nil || max(size(&schema, fields), size(&schema, schemaMetadata)) > len(message)/4 {
		return faultf(ExitRow, "the schema of the stream is damaged")
	}
	for i := range size(&schema, fields) {
		at := schema.Vector(place(&schema, fields)) + flatbuffers.UOffsetT(4*i)
		column := flatbuffers.Table{Bytes: message, Pos: schema.Indirect(at)}
		if size(&column, children) > 0 {
			return faultf(ExitColumns, "column %d is made of others: numbers and texts are wanted", i+1)
		}
		if size(&column, fieldMetadata) > len(message)/4 {
			return faultf(ExitRow, "the schema of the stream is damaged")
		}
	}
	return nil
}

// read reads so many bytes and takes no more memory than there are bytes to read.
func (m *arrowMessages) read(size, most int64) (*memory.Buffer, error) {
	if size < 0 || size > most {
		return nil, faultf(ExitRow, "a message says that it is %d bytes long, want at most %d", size, most)
	}
	var buffer bytes.Buffer
	buffer.Grow(int(min(size, 1<<20)))
	if _, err := io.CopyN(&buffer, m.in, size); err != nil {
		return nil, cutShort(err)
	}
	return memory.NewBufferBytes(buffer.Bytes()), nil
}

// cutShort tells the end of a stream from an error of whatever it is read from.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return faultf(ExitCut, "the stream ends without the mark of its end: what wrote it did not finish")
	}
	return &trouble{err}
}

// trouble is an error of what a stream is read from, and says nothing of the stream.
type trouble struct{ error }

func (t *trouble) Unwrap() error { return t.error }

// arrowFault is what is wrong when the library reads no further: a fault of the stream, unless reading failed.
func arrowFault(err error) error {
	var f *fault
	var t *trouble
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &t):
		return t
	}
	return &fault{ExitRow, fmt.Errorf("no Arrow IPC stream as it should be: %w", err)}
}

// boundedMemory refuses what no buffer needs: a compressed buffer says how long it will be.
type boundedMemory struct{ memory.Allocator }

func (b boundedMemory) Allocate(size int) []byte {
	if size < 0 || size > mostBody {
		panic(fmt.Sprintf("a buffer of %d bytes", size))
	}
	return b.Allocator.Allocate(size)
}
