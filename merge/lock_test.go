package merge

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestHoldLocks is the other process of TestKilledHolderLeavesNoLock; run by itself it does nothing.
func TestHoldLocks(t *testing.T) {
	plan, dir := os.Getenv("SAMEAS_TEST_HOLD_PLAN"), os.Getenv("SAMEAS_TEST_HOLD_DIR")
	if plan == "" {
		t.Skip("a helper of another test")
	}
	release, err := lockForApply(ApplyOptions{Plan: plan, seams: seams{lockDir: dir}}, testHeader(1))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	os.Stdout.WriteString("held\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func TestKilledHolderLeavesNoLock(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, attachOp("u1", "17"))
	for name, plan := range map[string]string{"the same plan": o.Plan, "another plan for the same group": o.Plan + ".other"} {
		other := exec.Command(os.Args[0], "-test.run=^TestHoldLocks$")
		other.Env = append(os.Environ(), "SAMEAS_TEST_HOLD_PLAN="+plan, "SAMEAS_TEST_HOLD_DIR="+o.seams.lockDir)
		stdin, err := other.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := other.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "held\n" {
			t.Fatalf("%s: %q %v", name, line, err)
		}
		if _, err := Apply(context.Background(), o); err == nil || !strings.Contains(err.Error(), "another apply is at work") {
			t.Errorf("%s: %v", name, err)
		}
		if len(h.sent) > 0 {
			t.Fatalf("%s: written under another's lock", name)
		}
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait()
		_ = stdin.Close()
		release, err := lockForApply(o, testHeader(1))
		if err != nil {
			t.Fatalf("%s: the killed holder's lock: %v", name, err)
		}
		release()
	}
}
