package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sameas": func() { os.Exit(run(os.Args)) }})
}

// TestScripts runs the command line as a user would, on real servers and files. Beside testscript's own commands:
//
//	serve [flags]               start `sameas sandbox serve` on a free port, with --out sandbox unless flags name one;
//	                            sets $URL, $ADDR and the credentials
//	stop                        stop it as Ctrl-C would, and wait
//	canned FILE [STATUS]        answer every request with this file from here on; sets $URL
//	code N cmd args...          run a command and require exactly this exit code
//	interrupt TEXT cmd ...      run a command, send it SIGINT when a line of its stderr holds TEXT, and wait
//	edit FILE OLD NEW OUT       write FILE to OUT with every OLD, of which there must be one, replaced; \n, \0 and \xff
//	                            in OLD and NEW are those bytes
//	hold WORKSPACE              open a workspace in another process than the commands', until the script ends
//	query WORKSPACE SQL         print the rows, tabs between the columns
//	requestlog FILE             require of each line that it has the documented keys and no other, in their forms
//	figures FILE COLLECTION F>=N ...  require figures of an `evaluate --json` result, such as auto.precision>=0.99
func TestScripts(t *testing.T) {
	t.Parallel()
	public, err := filepath.Abs("testdata/public")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[serverKey] = &server{}
			env.Setenv("PUBLIC", public)
			// apply keeps its locks in the user's cache folder.
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve":      serve,
			"stop":       stop,
			"canned":     canned,
			"code":       code,
			"interrupt":  interrupt,
			"edit":       edit,
			"hold":       hold,
			"query":      query,
			"requestlog": requestLog,
			"figures":    figures,
		},
	})
}
