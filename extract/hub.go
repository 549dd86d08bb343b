package extract

import (
	"context"
	"fmt"

	"github.com/sameas/sameas/internal/connec"
)

// lister reads pages; *connec.Client is one.
type lister interface {
	List(ctx context.Context, collection string, o connec.ListOptions) (connec.Page, error)
}

// client makes the client of a connec source; credentials come from the environment.
func (x *extraction) client(t *task) (lister, error) {
	getenv := x.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	for _, name := range []string{t.source.Credentials.KeyEnv, t.source.Credentials.SecretEnv} {
		if getenv(name) == "" {
			return nil, fmt.Errorf("the environment variable %s is not set: export the API %s under that name", name,
				map[bool]string{true: "key", false: "secret"}[name == t.source.Credentials.KeyEnv])
		}
	}
	return connec.NewClient(connec.Options{
		Endpoint: t.source.Endpoint,
		Group:    t.source.Group,
		Key:      getenv(t.source.Credentials.KeyEnv),
		Secret:   getenv(t.source.Credentials.SecretEnv),
		Rate:     t.source.Rate,
		Doer:     x.Doer,
	})
}
