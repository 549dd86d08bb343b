package generator

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"
)

// TestByHand makes a world of GEN_PEOPLE people in GEN_DIR and prints its counts; skipped unless asked for.
func TestByHand(t *testing.T) {
	dir := os.Getenv("GEN_DIR")
	if dir == "" {
		t.Skip("set GEN_DIR and GEN_PEOPLE to make a world by hand")
	}
	n, err := strconv.Atoi(os.Getenv("GEN_PEOPLE"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	stats, err := Generate(t.Context(), Options{People: n, Organizations: n / 5, Seed: 1}, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.MarshalIndent(stats, "", " ")
	t.Logf("%s\n%s", time.Since(start), text)
}
