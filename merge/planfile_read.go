package merge

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Errors of OpenPlan, wrapped with the file, the line where it can be told, and what to do next.
var (
	// ErrNotAPlan says that the file is something else than a plan.
	ErrNotAPlan = errors.New("not a plan of sameas")
	// ErrPlanFormat says that the plan's format is not the one that this sameas writes.
	ErrPlanFormat = errors.New("unknown plan format")
	// ErrPlanAltered says that the plan is not what was written: bytes changed, lines added, taken away or moved.
	ErrPlanAltered = errors.New("the plan was altered")
	// ErrPlanCut says that the plan's end is missing.
	ErrPlanCut = errors.New("the plan is cut short")
)

// maxLine bounds a line of a plan in bytes, so that a file which is no plan cannot fill the memory.
const maxLine = 64 << 20

// planAgain is what to do about every plan that is refused.
const planAgain = "make it again with `sameas merge plan`"

// PlanReader gives out the operations of a plan file that was found whole and unaltered. It holds the file open, not
// its operations.
type PlanReader struct {
	path   string
	file   *os.File
	size   int64
	header Header
	sha    string
}

// OpenPlan reads the whole file once and refuses it if any byte is not what the planner wrote; only then are
// operations given out. Errors are ErrNotAPlan, ErrPlanFormat, ErrPlanAltered and ErrPlanCut, or the file system's.
func OpenPlan(path string) (*PlanReader, error) {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open plan: %w: run `sameas merge plan`, or name the plan's file", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("plan %s: %w: it is not a regular file", path, ErrNotAPlan)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open plan: %w", err)
	}
	p := &PlanReader{path: path, file: file, size: info.Size()}
	if err := p.validate(); err != nil {
		file.Close()
		return nil, err
	}
	return p, nil
}

// Header is the plan's first line.
func (p *PlanReader) Header() Header { return p.header }

// SHA256 is the trailer's digest in hex, over every byte before the trailer: what names the plan.
func (p *PlanReader) SHA256() string { return p.sha }

// Close closes the file.
func (p *PlanReader) Close() error { return p.file.Close() }

// Each calls f for every operation in the order of the file, withheld ones included, one in memory at a time. It may
// be called again. A line that changed since OpenPlan is refused before it is given out.
func (p *PlanReader) Each(f func(Operation) error) error {
	hash := sha256.New()
	err := p.scan(func(line int64, text []byte) error {
		if isTrailer(text) {
			return nil
		}
		hash.Write(text)
		if line == 1 {
			return nil
		}
		op, err := p.operation(line, text)
		if err != nil {
			return err
		}
		return f(op)
	})
	if err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != p.sha {
		return fmt.Errorf("plan %s: %w while it was read: %s", p.path, ErrPlanAltered, planAgain)
	}
	return nil
}

// validation is what one pass over the file has found so far.
type validation struct {
	operations, withheld int64
	trailer              []byte
	trailerAt            int64
}

func (p *PlanReader) validate() error {
	var v validation
	hash := sha256.New()
	err := p.scan(func(line int64, text []byte) error {
		if line == 1 {
			if err := p.readHeader(text); err != nil {
				return err
			}
			hash.Write(text)
			return nil
		}
		if v.trailer != nil {
			return p.fail(line, ErrPlanAltered, "there are lines after the trailer")
		}
		if isTrailer(text) {
			v.trailer, v.trailerAt = bytes.Clone(text), line
			return nil
		}
		hash.Write(text)
		op, err := p.operation(line, text)
		if op.Type == TypeWithheld {
			v.withheld++
		} else {
			v.operations++
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.checkTrailer(v, hex.EncodeToString(hash.Sum(nil)))
}

// checkTrailer compares the trailer, byte for byte, with the one that the lines before it should have.
func (p *PlanReader) checkTrailer(v validation, sum string) error {
	if v.trailer == nil {
		return fmt.Errorf("plan %s: %w: its trailer is missing: %s", p.path, ErrPlanCut, planAgain)
	}
	var t Trailer
	if err := json.Unmarshal(v.trailer, &t); err != nil {
		return p.fail(v.trailerAt, ErrPlanAltered, "the trailer cannot be read")
	}
	lines := v.trailerAt - 1
	switch {
	case t.Lines != lines:
		return p.fail(v.trailerAt, ErrPlanAltered, fmt.Sprintf("the trailer counts %d lines, there are %d", t.Lines, lines))
	case t.SHA256 != sum:
		return p.fail(v.trailerAt, ErrPlanAltered, "the trailer's digest is not that of the lines before it")
	case !bytes.Equal(v.trailer, trailerLine(t)):
		return p.fail(v.trailerAt, ErrPlanAltered, "the trailer is not written as sameas writes it")
	case p.header.Operations != v.operations || p.header.Withheld != v.withheld:
		return p.fail(1, ErrPlanAltered, fmt.Sprintf("the header counts %d operations and %d withheld, there are %d and %d",
			p.header.Operations, p.header.Withheld, v.operations, v.withheld))
	}
	p.sha = sum
	return nil
}

func (p *PlanReader) readHeader(text []byte) error {
	var probe struct {
		Format string `json:"format"`
	}
	err := json.Unmarshal(text, &probe)
	switch {
	case err != nil && !bytes.HasPrefix(text, []byte(`{"format":"sameas-plan/`)):
		return fmt.Errorf("plan %s: %w: its first line is no header: name a file that `sameas merge plan` wrote", p.path, ErrNotAPlan)
	case err != nil:
		return p.fail(1, ErrPlanAltered, "the header cannot be read")
	case !strings.HasPrefix(probe.Format, "sameas-plan/"):
		return fmt.Errorf("plan %s: %w: its first line is no header: name a file that `sameas merge plan` wrote", p.path, ErrNotAPlan)
	case probe.Format != Format:
		return fmt.Errorf("plan %s: %w: it is %q, this sameas reads %q: use the sameas that wrote it, or %s", p.path, ErrPlanFormat, probe.Format, Format, planAgain)
	case !sumHolds(text):
		return p.fail(1, ErrPlanAltered, "the line's own sum does not fit it")
	}
	if err := json.Unmarshal(text, &p.header); err != nil {
		return p.fail(1, ErrPlanAltered, "the header cannot be read: "+err.Error())
	}
	return nil
}

func (p *PlanReader) operation(line int64, text []byte) (Operation, error) {
	var op Operation
	if !sumHolds(text) {
		return op, p.fail(line, ErrPlanAltered, "the line's own sum does not fit it")
	}
	if err := json.Unmarshal(text, &op); err != nil {
		return op, p.fail(line, ErrPlanAltered, "the operation cannot be read: "+err.Error())
	}
	return op, nil
}

// scan calls f with every line, newline included, numbered from 1.
func (p *PlanReader) scan(f func(line int64, text []byte) error) error {
	in := bufio.NewReaderSize(io.NewSectionReader(p.file, 0, p.size), 1<<16)
	for line := int64(1); ; line++ {
		text, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF) && len(text) == 0 && line == 1:
			return fmt.Errorf("plan %s: %w: it is empty: name a file that `sameas merge plan` wrote", p.path, ErrNotAPlan)
		case errors.Is(err, io.EOF) && len(text) == 0:
			return nil
		case errors.Is(err, io.EOF) && line == 1 && !bytes.HasPrefix(text, []byte(`{"format":"sameas-plan/`)):
			return fmt.Errorf("plan %s: %w: its first line is no header: name a file that `sameas merge plan` wrote", p.path, ErrNotAPlan)
		case errors.Is(err, io.EOF):
			return p.fail(line, ErrPlanCut, "the line has no end")
		case err != nil:
			return fmt.Errorf("read plan %s, line %d: %w", p.path, line, err)
		}
		if err := f(line, text); err != nil {
			return err
		}
	}
}

// readLine reads up to the newline, which it keeps; the slice is good until the next call.
func readLine(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, err
	}
	long := bytes.Clone(text)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(long) > maxLine {
			return nil, fmt.Errorf("%w: the line is longer than %d MiB", ErrNotAPlan, maxLine>>20)
		}
		text, err = in.ReadSlice('\n')
		long = append(long, text...)
	}
	return long, err
}

func (p *PlanReader) fail(line int64, kind error, what string) error {
	return fmt.Errorf("plan %s, line %d: %w: %s: %s", p.path, line, kind, what, planAgain)
}

func isTrailer(text []byte) bool { return bytes.HasPrefix(text, []byte(`{"lines":`)) }

// sumHolds reports whether the line ends in the sum over itself.
func sumHolds(text []byte) bool {
	n := len(text) - len(`,"sum":""}`) - sumLength - 1
	return n > 0 && string(text[n:]) == sumSuffix(text[:n])
}
