package extract

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// Formats of files.
const (
	formatCSV     = "csv"
	formatNDJSON  = "ndjson"
	formatJSON    = "json"
	formatParquet = "parquet"
)

// formatOf tells the format from the file's name.
func formatOf(path string) (string, error) {
	name := strings.ToLower(path)
	for _, packed := range []string{".gz", ".zst", ".zstd"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".tab", ".txt":
		return formatCSV, nil
	case ".ndjson", ".jsonl":
		return formatNDJSON, nil
	case ".json":
		return formatJSON, nil
	case ".parquet":
		return formatParquet, nil
	case ".xlsx", ".xls", ".xlsm", ".ods":
		return "", fmt.Errorf("%s is a workbook: save the sheet as CSV (in Excel: CSV UTF-8)", path)
	}
	return "", fmt.Errorf("%s: the name tells no format: want .csv, .tsv, .txt, .ndjson, .jsonl, .json (each also .gz or .zst) or .parquet", path)
}

// openRaw opens the file for reading as it lies there.
func openRaw(path string) (*os.File, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is not there: check `path`, which counts from the folder of the configuration, or take the source out", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s may not be read: permission denied", path)
	case err != nil:
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = fmt.Errorf("%s is a folder: `path` names one file", path)
	case info.Size() == 0:
		err = fmt.Errorf("%s is empty", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Ways in which a text file may be packed.
const (
	packedGzip = "gzip"
	packedZstd = "zstd"
)

// unpack unpacks what r holds if its first bytes say that it is packed, whatever the file's name: names lie, and a
// browser may have unpacked a .gz on the way.
func unpack(path string, r io.Reader) (text io.Reader, packed string, err error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	head, err := buffered.Peek(1 << 10)
	if err != nil && err != io.EOF {
		return nil, "", fmt.Errorf("read %s: %w", path, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, "", fmt.Errorf("%s: not a gzip file: %w", path, err)
		}
		return z, packedGzip, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		// One block at a time: what a block may need is bounded, and so is what a forged one can ask for.
		z, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxZstdWindow))
		if err != nil {
			return nil, "", fmt.Errorf("%s: not a zstd file: %w", path, err)
		}
		return z, packedZstd, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, "", fmt.Errorf("%s is a zip archive or a workbook: unpack it, or save the sheet as CSV", path)
	case isMarkup(head):
		return nil, "", fmt.Errorf("%s is a web page or XML, not a table: export it again as CSV", path)
	case bytes.HasPrefix(head, []byte("PAR1")):
		return nil, "", fmt.Errorf("%s is a Parquet file: let its name end in .parquet", path)
	}
	return buffered, "", nil
}

// isMarkup tells the beginning of a web page or of XML: what applications call a spreadsheet may be one, and so is what they
// answer to somebody who is not logged in. A byte order mark and blank lines may stand before it.
func isMarkup(head []byte) bool {
	head = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"))
	return slices.ContainsFunc([]string{"<!doctype", "<html", "<?xml", "<table"}, func(s string) bool { return bytes.HasPrefix(head, []byte(s)) })
}

// maxZstdWindow is the largest window of zstd's command line, --ultra --long=27.
const maxZstdWindow = 128 << 20
