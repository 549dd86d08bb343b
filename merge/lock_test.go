package merge

import (
	"context"
	"strings"
	"testing"
)

// The lock of a holder that was killed is free at once: the kernel takes it back with the process.
func TestKilledHolderLeavesNoLock(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, attachOp("u1", "17"))
	for name, plan := range map[string]string{"the same plan": o.Plan, "another plan for the same group": o.Plan + ".other"} {
		holder, line := childJob{Do: "hold", Plan: plan, LockDir: o.seams.lockDir}.firstLine(t)
		if line != "held" {
			t.Fatalf("%s: %q", name, line)
		}
		if _, err := Apply(context.Background(), o); err == nil || !strings.Contains(err.Error(), "another apply is at work") {
			t.Errorf("%s: %v", name, err)
		}
		if len(h.sent) > 0 {
			t.Fatalf("%s: written under another's lock", name)
		}
		if err := holder.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = holder.Wait()
		release, err := lockForApply(o, testHeader(1))
		if err != nil {
			t.Fatalf("%s: the killed holder's lock: %v", name, err)
		}
		release()
	}
}
