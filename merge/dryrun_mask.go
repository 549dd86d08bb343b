package merge

import (
	"encoding/json"
	"fmt"

	"github.com/sameas/sameas/internal/mask"
)

// maskedStep is a step of a dry-run and its request with stand-ins for the values of records; a nil Masker leaves both as
// they are.
func maskedStep(m *mask.Masker, s step, kept *keptRequest) (step, *keptRequest, error) {
	if m == nil {
		return s, kept, nil
	}
	line, err := json.Marshal(s.op)
	if err != nil {
		return s, kept, fmt.Errorf("mask operation %s: %w", s.op.ID, err)
	}
	s.op = Operation{}
	if err := json.Unmarshal([]byte(m.Plan(string(line))), &s.op); err != nil {
		return s, kept, fmt.Errorf("mask an operation: %w", err)
	}
	s.detail, s.drift = m.Text(s.text()), nil
	if kept != nil {
		kept = &keptRequest{kept.Method, m.Text(kept.Path), json.RawMessage(m.JSON(string(kept.Body)))}
	}
	return s, kept, nil
}
