package extract

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// load turns what was read into records, external IDs, references and links, all collections in one transaction, and
// then closes the runs with their verdicts in another. Whoever is killed between the two finds new tables and no digest of
// them, so that no stage goes on from there and the next run ends this one's work.
//
// Nothing is staged inside of a transaction, nor judged in the one that wrote it: the engine reads what is not committed
// with one thread only.
func (x *extraction) load(ctx context.Context) (Result, error) {
	names := collections(x.tasks)
	if err := x.boundByRows(ctx); err != nil {
		return Result{}, x.stopped(ctx, nil, err)
	}
	for _, collection := range names {
		if err := x.stage(ctx, collection); err != nil {
			return Result{}, x.stopped(ctx, nil, err)
		}
	}
	err := queries.Transact(ctx, x.conn, func(tx *sql.Tx) error {
		for _, collection := range names {
			if err := x.replace(ctx, tx, collection); err != nil {
				return err
			}
		}
		if err := x.target(ctx, tx); err != nil {
			return err
		}
		_, err := x.exec(ctx, tx, "extract/stages_blank.sql", nil)
		return err
	})
	if err != nil {
		return Result{}, x.stopped(ctx, nil, err)
	}
	var result Result
	err = queries.Transact(ctx, x.conn, func(tx *sql.Tx) error {
		if err := x.boundByReferred(ctx, tx); err != nil {
			return err
		}
		for _, t := range x.tasks {
			e, err := x.verdict(ctx, tx, t)
			if err != nil {
				return err
			}
			result.Extractions = append(result.Extractions, e)
		}
		var err error
		if result.Findings, err = x.measure(ctx, tx); err != nil {
			return err
		}
		return x.keepDigests(ctx, tx)
	})
	if err != nil {
		return Result{}, x.stopped(ctx, nil, err)
	}
	return result, nil
}

// rangeRecords is how many records' references are followed at once.
const rangeRecords = 1 << 20

// target finds the record that each reference means.
func (x *extraction) target(ctx context.Context, tx *sql.Tx) error {
	var first, last int64
	if err := queries.One(ctx, tx, "extract/refs_range.sql", nil, &first, &last); err != nil {
		return err
	}
	for ; first <= last; first += rangeRecords {
		of := queries.Args{"first_rid": first, "last_rid": first + rangeRecords - 1}
		if _, err := x.exec(ctx, tx, "extract/refs_targets.sql", of); err != nil {
			return err
		}
	}
	return nil
}

// boundByRows gives the database the memory that what was read needs to be sorted.
func (x *extraction) boundByRows(ctx context.Context) error {
	var rows int64
	if err := queries.One(ctx, x.conn, "extract/page_records_held.sql", nil, &rows); err != nil {
		return err
	}
	for _, t := range x.tasks {
		rows += t.rows
	}
	return x.boundMemory(ctx, rows)
}

// stage sorts the rows of a collection's sources and numbers its records.
func (x *extraction) stage(ctx context.Context, collection string) error {
	for _, t := range x.tasks {
		if t.collection == collection && t.cut != nil {
			if err := t.cut(ctx); err != nil {
				return fmt.Errorf("source %s, %s: %w", t.source.Name, t.collection, err)
			}
		}
	}
	_, err := x.exec(ctx, x.conn, "extract/staged_records.sql", queries.Args{
		"collection": collection, "hub_sources": x.hubSources(), "sweeps": x.sweeps(collection),
	})
	if err != nil {
		return err
	}
	if _, err := x.exec(ctx, x.conn, "extract/staged_rows.sql", nil); err != nil {
		return err
	}
	for _, t := range x.tasks {
		if t.collection == collection && t.source.Type == config.TypeFile {
			if err := x.checkFileKeys(ctx, t); err != nil {
				return fmt.Errorf("source %s, %s: %w", t.source.Name, t.collection, err)
			}
		}
	}
	return nil
}

// exec runs a statement and tells the log how long it took, for whoever wonders where the time goes.
func (x *extraction) exec(ctx context.Context, on queries.Querier, name string, args queries.Args) (int64, error) {
	begun := time.Now()
	n, err := queries.Exec(ctx, on, name, args)
	x.Log.Debug("statement", "name", name, "rows", n, "seconds", time.Since(begun).Seconds())
	return n, err
}

// replace puts what was staged of a collection in the place of what the workspace holds of it.
func (x *extraction) replace(ctx context.Context, tx *sql.Tx, collection string) error {
	of := queries.Args{"collection": collection}
	for _, name := range []string{
		"extract/stage_forget.sql", "extract/external_ids_forget.sql", "extract/refs_forget.sql", "extract/links_forget.sql",
		"extract/rejected_rows_forget.sql", "extract/rejected_rows.sql",
	} {
		if _, err := x.exec(ctx, tx, name, of); err != nil {
			return err
		}
	}
	for _, t := range x.tasks {
		if t.collection != collection {
			continue
		}
		if err := x.compare(ctx, tx, t); err != nil {
			return err
		}
	}
	gone, err := x.exec(ctx, tx, "extract/records_forget.sql", of)
	if err != nil {
		return err
	}
	var before int64
	if err := queries.One(ctx, tx, "extract/records_before.sql", of, &before); err != nil {
		return err
	}
	come, err := x.exec(ctx, tx, "extract/records.sql", queries.Args{
		"collection": collection, "before": before, "extra": extraPaths(x.Config, collection), "dates": x.readings(),
	})
	if err != nil {
		return err
	}
	for _, name := range []string{"extract/external_ids.sql", "extract/refs.sql"} {
		if _, err := x.exec(ctx, tx, name, queries.Args{"collection": collection, "before": before}); err != nil {
			return err
		}
	}
	if _, err := x.exec(ctx, tx, "extract/links.sql", of); err != nil {
		return err
	}
	return x.renumber(ctx, tx, collection, come-gone)
}

// readings say of the sources that are told how to read a date that two readings fit, as a JSON object.
func (x *extraction) readings() string {
	told := map[string]string{}
	for _, s := range x.Config.Sources {
		if s.Dates != "" {
			told[s.Name] = s.Dates
		}
	}
	text, _ := json.Marshal(told) // of strings it cannot fail
	return string(text)
}

// hubSources names the connec sources, as a JSON array.
func (x *extraction) hubSources() string {
	names := []string{}
	for _, s := range x.Config.Sources {
		if s.Type == config.TypeConnec {
			names = append(names, s.Name)
		}
	}
	text, _ := json.Marshal(names)
	return string(text)
}

// sweeps says from which sweep on the pages of a collection's sources count, as a JSON array.
func (x *extraction) sweeps(collection string) string {
	type counting struct {
		Source string `json:"source"`
		First  int64  `json:"first"`
	}
	all := []counting{}
	for _, t := range x.tasks {
		if t.collection == collection && t.source.Type == config.TypeConnec {
			all = append(all, counting{t.source.Name, t.from})
		}
	}
	text, _ := json.Marshal(all)
	return string(text)
}

// renumber keeps rid dense over the collections after this one.
func (x *extraction) renumber(ctx context.Context, tx *sql.Tx, collection string, shift int64) error {
	if shift == 0 {
		return nil
	}
	for _, name := range []string{
		"extract/records_renumber.sql", "extract/external_ids_renumber.sql", "extract/refs_renumber.sql",
	} {
		if _, err := x.exec(ctx, tx, name, queries.Args{"collection": collection, "shift": shift}); err != nil {
			return err
		}
	}
	return nil
}

// keepDigests stores the digest of every collection that the workspace holds: references and numbers of one may
// change by the extraction of another.
func (x *extraction) keepDigests(ctx context.Context, tx *sql.Tx) error {
	names := collections(x.tasks)
	err := queries.Each(ctx, tx, "extract/stages_kept.sql", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, collection := range names {
		if done[collection] {
			continue
		}
		done[collection] = true
		var digest string
		if err := queries.One(ctx, tx, "extract/digest.sql", queries.Args{"collection": collection}, &digest); err != nil {
			return err
		}
		if _, err := x.exec(ctx, tx, "extract/stage_forget.sql", queries.Args{"collection": collection}); err != nil {
			return err
		}
		_, err := x.exec(ctx, tx, "extract/stage_keep.sql", queries.Args{
			"collection": collection, "digest": digest, "config_digest": configDigest(x.Config, collection), "finished_at": now(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// configDigest is a fingerprint of what the configuration says of a collection's sources; credentials are not in it.
func configDigest(cfg *config.Config, collection string) string {
	var sources []config.Source
	for _, s := range cfg.Sources {
		if tasks, err := plan(&config.Config{Sources: []config.Source{s}}, []string{collection}); err == nil && len(tasks) > 0 {
			s.Credentials, s.Path, s.Concurrency, s.Rate, s.PageSize, s.Collections = config.Credentials{}, "", 0, 0, 0, nil
			sources = append(sources, s)
		}
	}
	text, _ := json.Marshal([]any{sources, extraPaths(cfg, collection)})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
