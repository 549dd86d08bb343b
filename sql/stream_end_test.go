package queries

import (
	"testing"
)

// The driver returns from a statement that is cancelled while the engine's threads begin: what they hand over afterwards nobody
// takes, and what is being taken then is waited for.
func TestNothingIsTakenOnceTheStatementHasEnded(t *testing.T) {
	t.Parallel()
	s := &stream{take: func(*Streamed) error {
		t.Error("a chunk was taken")
		return nil
	}}
	s.running.RLock() // as while a chunk is taken
	ended := make(chan struct{})
	go func() {
		s.end()
		close(ended)
	}()
	for s.running.TryRLock() { // until somebody waits for its end
		s.running.RUnlock()
	}
	select {
	case <-ended:
		t.Error("the statement ended while a chunk was taken")
	default:
	}
	s.running.RUnlock()
	<-ended
	if err := s.takeChunk(t.Context(), nil); err == nil {
		t.Error("a chunk after the end is no error")
	}
}
