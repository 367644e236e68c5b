//go:build unix

package source

import (
	"os/exec"
	"syscall"
)

// endTogether makes the end of a command that of the programs it started, too:
// git's helpers would go on talking to the network.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}
