//go:build !unix

package spark

import "os/exec"

func inGroup(*exec.Cmd) {}

func killGroup(*exec.Cmd) {}
