package queries

import (
	"database/sql"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// RegisterDigest makes the function known to the database as id_digest(collection, id) until it is closed.
func RegisterDigest(on *sql.Conn, f func(collection, id string) string) error {
	if err := duckdb.RegisterScalarUDF(on, "id_digest", digestFunction{f}); err != nil {
		return fmt.Errorf("register id_digest: %w", err)
	}
	return nil
}

// digestFunction is a function of two texts as the engine calls it; NULL gives NULL.
type digestFunction struct {
	f func(collection, id string) string
}

func (d digestFunction) Config() duckdb.ScalarFuncConfig {
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR) // fails for types with parameters only
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text, text}, ResultTypeInfo: text}
}

func (d digestFunction) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		return d.f(values[0].(string), values[1].(string)), nil
	}}
}
