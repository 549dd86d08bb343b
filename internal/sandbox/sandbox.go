// Package sandbox is a Connec! server on loopback: the documented behaviour, switches for what the public record
// leaves unsaid, faults, and the connectors of two applications that sync with it.
package sandbox
