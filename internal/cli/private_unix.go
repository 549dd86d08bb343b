//go:build unix

package cli

import "syscall"

// KeepFilesPrivate has every file that the process makes from now on readable by its owner alone, those of the database
// engine too: its write-ahead log holds records as they are. It is the process's own business, so main calls it.
func KeepFilesPrivate() { syscall.Umask(0o077) }
