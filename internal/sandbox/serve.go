package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// graceful is how long a stopping server waits for requests under way.
const graceful = 10 * time.Second

// Running is a server that listens.
type Running struct {
	// URL is scheme, host and port, without a path: http://127.0.0.1:40123.
	URL  string
	done chan error
}

// Endpoint is the URL with the API's path, as a configuration names it.
func (r *Running) Endpoint() string { return r.URL + apiRoot }

// Wait returns when the server has stopped; nil after a stop that the context asked for.
func (r *Running) Wait() error {
	err := <-r.done
	r.done <- err
	return err
}

// Serve listens on addr (host:port; port 0 takes a free one) until ctx ends; requests under way are then finished.
func Serve(ctx context.Context, addr string, s *Server) (*Running, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("sandbox: listen on %s: %w", addr, err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: graceful}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	running := &Running{URL: "http://" + listener.Addr().String(), done: make(chan error, 1)}
	go func() {
		select {
		case err := <-served:
			running.done <- fmt.Errorf("sandbox: serve: %w", err)
			return
		case <-ctx.Done():
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
		defer cancel()
		err := server.Shutdown(stop)
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		if served := <-served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		running.done <- err
	}()
	return running, nil
}
