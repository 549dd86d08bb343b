package purge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/keyhash"
	queries "github.com/sameas/sameas/sql"
)

// decided is a record that a decision or an audit names: by an ID, or after a purge by its digest.
type decided struct{ collection, key string }

func decidedIDs(ctx context.Context, on queries.Querier) (all []decided, err error) {
	err = queries.Each(ctx, on, "purge/decided_ids.sql", nil, func(rows *sql.Rows) error {
		var d decided
		err := rows.Scan(&d.collection, &d.key)
		all = append(all, d)
		return err
	})
	return all, err
}

// digests gives id_digest() to the database, by the workspace's key: by it the statement that keeps decisions names their
// records.
func digests(ctx context.Context, on *sql.Conn) error {
	key, err := idKey(ctx, on)
	if err != nil {
		return err
	}
	return queries.RegisterDigest(on, func(collection, id string) string {
		if keyhash.Is(id) { // of an earlier purge
			return id
		}
		return keyhash.Of(key, collection, id)
	})
}

// Restore gives decisions and audits of before a purge their records back, once these have been extracted again: n of
// those that they name.
func Restore(ctx context.Context, db *sql.DB) (n int64, err error) {
	all, err := decidedIDs(ctx, db)
	if err != nil {
		return 0, err
	}
	found, err := known(ctx, db, all)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	err = queries.Transact(ctx, db, func(tx *sql.Tx) error {
		for d, id := range found {
			if err := rename(ctx, tx, d, id); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(len(found)), err
}

// IDs gives the digests, each with its collection, the IDs behind them in text form. A digest that no extracted record
// bears the ID of is left out; so is one that another workspace made, since each has a key of its own.
func IDs(ctx context.Context, on queries.Querier, named [][2]string) (map[[2]string]string, error) {
	var digests []decided
	for _, n := range named {
		digests = append(digests, decided{n[0], n[1]})
	}
	found, err := known(ctx, on, digests)
	ids := map[[2]string]string{}
	for d, id := range found {
		ids[[2]string{d.collection, d.key}] = id.String()
	}
	return ids, err
}

// known are the IDs of extracted records behind those that are digests.
func known(ctx context.Context, on queries.Querier, all []decided) (map[decided]connec.ExternalID, error) {
	wanted := map[string]map[string]bool{}
	for _, d := range all {
		if keyhash.Is(d.key) {
			if wanted[d.collection] == nil {
				wanted[d.collection] = map[string]bool{}
			}
			wanted[d.collection][d.key] = true
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	key, err := idKey(ctx, on)
	if err != nil {
		return nil, err
	}
	found := map[decided]connec.ExternalID{}
	for collection, digests := range wanted {
		err := queries.Each(ctx, on, "purge/extracted_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
			var id connec.ExternalID
			err := rows.Scan(&id.Provider, &id.Realm, &id.ID)
			if digest := keyhash.Of(key, collection, id.String()); digests[digest] {
				found[decided{collection, digest}] = id
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// rename names the record by its ID again.
func rename(ctx context.Context, tx *sql.Tx, d decided, id connec.ExternalID) error {
	for _, name := range []string{"purge/decision_left.sql", "purge/decision_right.sql", "purge/sample_key.sql"} {
		if _, err := queries.Exec(ctx, tx, name, queries.Args{"collection": d.collection, "old": d.key, "new": id.String()}); err != nil {
			return err
		}
	}
	_, err := queries.Exec(ctx, tx, "purge/field_decision.sql",
		queries.Args{"collection": d.collection, "old": d.key, "provider": id.Provider, "realm": id.Realm, "id": id.ID})
	return err
}

// idKeyName is the row of meta that holds the key of the digests.
const idKeyName = "id_key"

// idKey is the workspace's key for digests of IDs, made when there is none.
func idKey(ctx context.Context, on queries.Querier) (string, error) {
	var key string
	err := on.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", idKeyName).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		key = keyhash.NewKey()
		_, err = on.ExecContext(ctx, "INSERT INTO meta VALUES (?, ?)", idKeyName, key)
	}
	if err != nil {
		return "", fmt.Errorf("key for digests of IDs: %w", err)
	}
	return key, nil
}
