package house_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root     = "../.."
	module   = "github.com/sameas/sameas/"
	maxLines = 100
)

type source struct {
	path string // below the root, with slashes
	text []byte
	file *ast.File
	set  *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// packageDir is the source's folder below the root; "." for the root itself.
func (s source) packageDir() string { return filepath.ToSlash(filepath.Dir(s.path)) }

// sources are all Go files of the checkout.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		all = append(all, source{filepath.ToSlash(rel), text, file, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found below %s", len(all), root)
	}
	return all
}

// imports are the source's own packages of this module, below the module's path.
func (s source) imports() []string {
	var own []string
	for _, spec := range s.file.Imports {
		if path, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); ok {
			own = append(own, path)
		}
	}
	return own
}

func TestStagesMeetInTheTablesOnly(t *testing.T) {
	t.Parallel()
	stages := []string{"extract", "match", "merge", "reports"}
	stageOf := func(dir string) string {
		top, _, _ := strings.Cut(dir, "/")
		if slices.Contains(stages, top) {
			return top
		}
		return ""
	}
	for _, s := range sources(t) {
		dir := s.packageDir()
		own := stageOf(dir)
		for _, imported := range s.imports() {
			other := stageOf(imported)
			switch {
			case s.isTest():
				// A test may stand on several stages: that is how the tables between them are tried.
			case own != "" && other != "" && own != other:
				t.Errorf("%s imports %s: stages meet in the workspace's tables", s.path, imported)
			case strings.HasPrefix(dir, "internal/") && dir != "internal/cli" && other != "":
				t.Errorf("%s imports %s: internal packages know no stage", s.path, imported)
			case imported == "internal/cli" && dir != ".":
				t.Errorf("%s imports internal/cli: only main does", s.path)
			case dir == "sql":
				t.Errorf("%s imports %s: sql stands alone", s.path, imported)
			}
		}
	}
}

func TestKernelIsPure(t *testing.T) {
	t.Parallel()
	banned := []string{"database/sql", "net", "net/http", "os", "os/exec", "github.com/duckdb/duckdb-go/v2", "C"}
	seen := false
	for _, s := range sources(t) {
		if s.packageDir() != "match/kernel" || s.isTest() {
			continue
		}
		seen = true
		for _, spec := range s.file.Imports {
			if path := strings.Trim(spec.Path.Value, `"`); slices.Contains(banned, path) {
				t.Errorf("%s imports %s: the kernel is pure", s.path, path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := call.X.(*ast.Ident); ok && x.Name == "math" &&
				(strings.HasPrefix(call.Sel.Name, "Log") || strings.HasPrefix(call.Sel.Name, "Exp") || call.Sel.Name == "Pow") {
				t.Errorf("%s: math.%s differs between processors by a bit: weights come from home", s.set.Position(call.Pos()), call.Sel.Name)
			}
			return true
		})
	}
	if !seen {
		t.Error("match/kernel has no source: the rule was not tried")
	}
}

func TestFormatted(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		want, err := format.Source(s.text)
		if err != nil {
			t.Errorf("%s: %v", s.path, err)
			continue
		}
		if !bytes.Equal(want, s.text) {
			t.Errorf("%s: run gofmt", s.path)
		}
	}
}

func TestFunctionsAndFiles(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, name := range []string{"util", "utils", "common", "helpers", "misc"} {
			if s.file.Name.Name == name {
				t.Errorf("%s: a package named %s says nothing", s.path, name)
			}
		}
		for _, decl := range s.file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: init() runs unasked", s.set.Position(f.Pos()))
			}
			lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			if lines > maxLines {
				t.Errorf("%s: %s has %d lines, over %d", s.set.Position(f.Pos()), f.Name.Name, lines, maxLines)
			}
		}
	}
}

// TestNoMutablePackageState lets a package variable be an error, a compiled pattern, a table or an embedded file:
// something that is set where it is declared and assigned nowhere else.
func TestNoMutablePackageState(t *testing.T) {
	t.Parallel()
	byPackage := map[string][]source{}
	for _, s := range sources(t) {
		if !s.isTest() {
			byPackage[s.packageDir()] = append(byPackage[s.packageDir()], s)
		}
	}
	for _, files := range byPackage {
		variables := map[string]bool{}
		for _, s := range files {
			for _, decl := range s.file.Decls {
				if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
					for _, spec := range g.Specs {
						for _, name := range spec.(*ast.ValueSpec).Names {
							variables[name.Name] = true
						}
					}
				}
			}
		}
		for _, s := range files {
			reportAssignments(t, s, variables)
		}
	}
}

func reportAssignments(t *testing.T, s source, variables map[string]bool) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || assign.Tok == token.DEFINE {
			return true
		}
		for _, left := range assign.Lhs {
			if name, ok := left.(*ast.Ident); ok && name.Obj != nil && variables[name.Name] {
				if _, isVar := name.Obj.Decl.(*ast.ValueSpec); isVar && s.file.Scope.Lookup(name.Name) == name.Obj {
					t.Errorf("%s: assigns the package variable %s", s.set.Position(name.Pos()), name.Name)
				}
			}
		}
		return true
	})
}

func TestLibrariesDoNotPrint(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		dir := s.packageDir()
		if s.isTest() || dir == "." || strings.HasPrefix(dir, "match/kernel/cmd") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := call.X.(*ast.Ident); ok {
				name := x.Name + "." + call.Sel.Name
				if slices.Contains([]string{"fmt.Print", "fmt.Println", "fmt.Printf", "os.Stdout", "os.Stderr", "os.Exit"}, name) {
					t.Errorf("%s: %s belongs to main", s.set.Position(call.Pos()), name)
				}
			}
			return true
		})
	}
}

func TestExportedIsDocumented(t *testing.T) {
	t.Parallel()
	packageDoc := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		packageDoc[s.packageDir()] = packageDoc[s.packageDir()] || s.file.Doc != nil
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
					t.Errorf("%s: %s has no doc comment", s.set.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s: %s has no doc comment", s.set.Position(ts.Pos()), ts.Name.Name)
					}
				}
			}
		}
	}
	for dir, has := range packageDoc {
		if !has {
			t.Errorf("%s: no package comment", dir)
		}
	}
}

func exportedReceiver(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return true
	}
	kind := f.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	name, ok := kind.(*ast.Ident)
	return ok && name.IsExported()
}

// TestTopLevel holds the checkout to the places that the project's card names.
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := strings.Fields("go.mod go.sum main.go main_test.go extract match merge reports sql testdata internal README.md LICENSE CHANGELOG.md")
	tracked, err := exec.Command("git", "-C", root, "ls-tree", "--name-only", "HEAD").Output()
	if err != nil {
		t.Skip("not a git checkout: ", err)
	}
	for name := range strings.FieldsSeq(string(tracked)) {
		if !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s does not belong at the top level", name)
		}
	}
}

func TestModuleIsTidy(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "mod", "tidy", "-diff")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go mod tidy -diff: %v\n%s", err, out)
	}
}

func TestVetted(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}
