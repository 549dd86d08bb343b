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

// decided is a record that a decision names: by an ID, or after a purge by its digest.
type decided struct{ collection, key string }

func decidedIDs(ctx context.Context, db *sql.DB) (all []decided, err error) {
	err = queries.Each(ctx, db, "purge/decided_ids.sql", nil, func(rows *sql.Rows) error {
		var d decided
		err := rows.Scan(&d.collection, &d.key)
		all = append(all, d)
		return err
	})
	return all, err
}

// hashDecisions names the records of decisions by digests.
func hashDecisions(ctx context.Context, db *sql.DB) error {
	all, err := decidedIDs(ctx, db)
	if err != nil || len(all) == 0 {
		return err
	}
	key, err := idKey(ctx, db)
	if err != nil {
		return err
	}
	return queries.Transact(ctx, db, func(tx *sql.Tx) error {
		for _, d := range all {
			if keyhash.Is(d.key) {
				continue
			}
			if err := rename(ctx, tx, d, connec.ExternalID{ID: keyhash.Of(key, d.collection, d.key)}, keyhash.Of(key, d.collection, d.key)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Restore gives decisions of before a purge their records back, once these have been extracted again: n of those that
// decisions name.
func Restore(ctx context.Context, db *sql.DB) (n int64, err error) {
	all, err := decidedIDs(ctx, db)
	if err != nil {
		return 0, err
	}
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
		return 0, nil
	}
	key, err := idKey(ctx, db)
	if err != nil {
		return 0, err
	}
	found := map[decided]connec.ExternalID{}
	for collection, digests := range wanted {
		err := queries.Each(ctx, db, "purge/extracted_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
			var id connec.ExternalID
			err := rows.Scan(&id.Provider, &id.Realm, &id.ID)
			if digest := keyhash.Of(key, collection, id.String()); digests[digest] {
				found[decided{collection, digest}] = id
			}
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	err = queries.Transact(ctx, db, func(tx *sql.Tx) error {
		for d, id := range found {
			if err := rename(ctx, tx, d, id, id.String()); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(len(found)), err
}

// rename names the record of decisions anew, by an ID whose text form is key or by a digest.
func rename(ctx context.Context, tx *sql.Tx, d decided, id connec.ExternalID, key string) error {
	for _, name := range []string{"purge/decision_left.sql", "purge/decision_right.sql"} {
		if _, err := queries.Exec(ctx, tx, name, queries.Args{"collection": d.collection, "old": d.key, "new": key}); err != nil {
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
func idKey(ctx context.Context, db *sql.DB) (string, error) {
	var key string
	err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", idKeyName).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		key = keyhash.NewKey()
		_, err = db.ExecContext(ctx, "INSERT INTO meta VALUES (?, ?)", idKeyName, key)
	}
	if err != nil {
		return "", fmt.Errorf("key for digests of IDs: %w", err)
	}
	return key, nil
}
