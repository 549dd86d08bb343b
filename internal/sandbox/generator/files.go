package generator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"golang.org/x/sync/errgroup"
)

// output is one file that appears under its name only when the whole world is there.
type output struct {
	path string
	f    *renameio.PendingFile
	w    *bufio.Writer
}

func (o *output) write(b []byte) error {
	if _, err := o.w.Write(b); err != nil {
		return fmt.Errorf("write %s: %w; free some space or choose another folder", o.path, err)
	}
	return nil
}

// collectionFiles are the files of one collection.
type collectionFiles struct {
	hub, a, b *spool
	links     *output
}

// files are all files of a world.
type files struct {
	people, organizations collectionFiles
	truth                 *output
	all                   []*output
	spools                []*spool
}

func (f *files) of(collection string) *collectionFiles {
	if collection == "people" {
		return &f.people
	}
	return &f.organizations
}

// openFiles makes the folder and starts every file with its header.
func openFiles(dir string) (*files, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder for generated data: %w", err)
	}
	f := &files{}
	for _, x := range []struct {
		into         **output
		name, header string
	}{
		{&f.truth, "truth.csv", truthHeader},
		{&f.people.links, "links_people.csv", linksHeader},
		{&f.organizations.links, "links_organizations.csv", linksHeader},
	} {
		out, err := f.open(dir, x.name, x.header)
		if err != nil {
			f.discard()
			return nil, err
		}
		*x.into = out
	}
	for _, x := range []struct {
		into         **spool
		name, header string
	}{
		{&f.people.hub, "people.ndjson", ""},
		{&f.organizations.hub, "organizations.ndjson", ""},
		{&f.people.a, "application_people.csv", peopleHeaderA},
		{&f.organizations.a, "application_organizations.csv", accountsHeader},
		{&f.people.b, "other_people.csv", peopleHeaderB},
		{&f.organizations.b, "other_organizations.csv", accountsHeader},
	} {
		out, err := f.open(dir, x.name, x.header)
		if err == nil {
			*x.into, err = newSpool(dir, out)
		}
		if err != nil {
			f.discard()
			return nil, err
		}
		f.spools = append(f.spools, *x.into)
	}
	return f, nil
}

// open starts one file with its header.
func (f *files) open(dir, name, header string) (*output, error) {
	path := filepath.Join(dir, name)
	pending, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	o := &output{path, pending, bufio.NewWriterSize(pending, 1<<20)}
	f.all = append(f.all, o)
	return o, o.write([]byte(header))
}

// publish gives every file its name.
func (f *files) publish(ctx context.Context) error {
	copies, ctx := errgroup.WithContext(ctx)
	copies.SetLimit(2)
	for _, s := range f.spools {
		copies.Go(func() error { return s.sorted(ctx) })
	}
	if err := copies.Wait(); err != nil {
		return err
	}
	for _, o := range f.all {
		if err := o.w.Flush(); err != nil {
			return fmt.Errorf("write %s: %w; free some space or choose another folder", o.path, err)
		}
	}
	var errs []error
	for _, o := range f.all {
		if err := o.f.CloseAtomicallyReplace(); err != nil {
			errs = append(errs, fmt.Errorf("name %s: %w", o.path, err))
		}
	}
	return errors.Join(errs...)
}

// discard removes what was not published, and the spools in any case.
func (f *files) discard() {
	for _, s := range f.spools {
		s.discard()
	}
	for _, o := range f.all {
		_ = o.f.Cleanup()
	}
}
