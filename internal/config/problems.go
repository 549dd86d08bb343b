package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/xrash/smetrics"
)

// Problem is one thing that is wrong with the file, at a place in it (from 1; Line 0 means the file as a whole).
type Problem struct {
	Line, Column int
	Message      string
}

// Error is all that is wrong with one configuration file, in the file's order.
type Error struct {
	Path     string
	Problems []Problem
}

// Error is one line a problem: file:line:column: what is wrong and what to do.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		if p.Line == 0 {
			lines[i] = fmt.Sprintf("%s: %s", e.Path, p.Message)
			continue
		}
		lines[i] = fmt.Sprintf("%s:%d:%d: %s", e.Path, p.Line, p.Column, p.Message)
	}
	return strings.Join(lines, "\n")
}

// findings collects problems while a file is checked.
type findings []Problem

func (f *findings) at(node ast.Node, format string, args ...any) {
	p := Problem{Message: fmt.Sprintf(format, args...)}
	if node != nil && node.GetToken() != nil && node.GetToken().Position != nil {
		p.Line, p.Column = node.GetToken().Position.Line, node.GetToken().Position.Column
	}
	*f = append(*f, p)
}

// err is nil when nothing was found.
func (f findings) err(path string) error {
	if len(f) == 0 {
		return nil
	}
	sorted := slices.Clone(f)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &Error{Path: path, Problems: slices.Compact(sorted)}
}

// nearest is the valid word within a third of the given one's length in edits (at least two), the closest first and
// the earliest of equals; "" when none is that near, because a wild guess misleads.
func nearest(word string, valid []string) string {
	best, bestCost := "", max(2, len(word)/3)+1
	for _, v := range valid {
		if cost := smetrics.WagnerFischer(strings.ToLower(word), v, 1, 1, 1); cost < bestCost {
			best, bestCost = v, cost
		}
	}
	return best
}

// suggestion ends a message about a word that is not among the valid ones.
func suggestion(word string, valid []string) string {
	if near := nearest(word, valid); near != "" {
		return fmt.Sprintf("did you mean `%s`?", near)
	}
	return "valid are " + quoted(valid)
}

func quoted(words []string) string {
	return "`" + strings.Join(words, "`, `") + "`"
}
