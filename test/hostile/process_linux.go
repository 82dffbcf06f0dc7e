package main

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the system end a program when this one is gone.
func dieWithParent(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
