//go:build !unix

package cli

// KeepFilesPrivate does nothing where there is no umask: there, files inherit from their folder who may read them.
func KeepFilesPrivate() {}
