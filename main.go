// Command sameas finds which records are the same before a customer is onboarded to Connec!(TM), and what exactly must
// be written so that nothing is created twice.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/sameas/sameas/internal/cli"
)

func main() {
	os.Exit(run(os.Args))
}

// run stops cleanly at the first signal; at the second the default action, ending at once, is back.
func run(args []string) int {
	cli.KeepFilesPrivate()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop)
	return cli.Run(ctx, args, cli.Env{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
	})
}
