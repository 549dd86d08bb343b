package cli

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/suppress"
)

func (r *runner) suppressCommand() *cli.Command {
	return &cli.Command{
		Name:  "suppress",
		Usage: "the list of records that must never be created again, such as those of people who asked to be forgotten",
		Subcommands: []*cli.Command{{
			Name:      "add",
			Usage:     "put external IDs on the list, as keyed digests: no plan creates a record that bears one",
			ArgsUsage: "ID...",
			Description: "An ID is provider/realm/id (a slash inside a part as %2F). The list is the configuration's `suppress`, suppress.txt\n" +
				"beside it. A record is withheld when any of its IDs is on the list, so add every ID that applications know it by.",
			Flags:  []cli.Flag{&cli.StringFlag{Name: "collection", Value: "people", Usage: "`NAME` of the collection that the IDs are of"}},
			Action: r.suppressAdd,
		}},
	}
}

func (r *runner) suppressAdd(c *cli.Context) error {
	if !c.Args().Present() {
		return usageError(fmt.Errorf("suppress add wants at least one ID, such as my-application/2243/17"))
	}
	collection := c.String("collection")
	if err := connec.CheckCollection(collection); err != nil {
		return usageError(err)
	}
	var ids []connec.ExternalID
	for _, text := range c.Args().Slice() {
		id, err := connec.ParseExternalID(text)
		if err == nil && id.IsHub() {
			err = fmt.Errorf("%q is an ID of the hub, which gives a new one to what is created: name the IDs of its applications", text)
		}
		if err != nil {
			return usageError(err)
		}
		ids = append(ids, id)
	}
	cfg, err := config.Load(c.String("config"))
	if err != nil {
		return err
	}
	path, _ := cfg.SuppressFile()
	list, err := suppress.Load(path, false)
	if err != nil {
		return err
	}
	added, err := list.Add(path, collection, ids, time.Now())
	if err != nil {
		return err
	}
	total := list.Len() + added
	return r.print(c, map[string]any{"list": path, "added": added, "total": total},
		fmt.Sprintf("%d added to %s, which holds %d now; plans that are made from here on create none of them, and older ones are refused", added, path, total))
}
