//go:build unix

package extract_test

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestPipe: opening a pipe would wait for ever.
func TestPipe(t *testing.T) {
	t.Parallel()
	dir, tree := onDisk(t, map[string]string{"requirements.txt": "-r pipe\na==1\n"})
	for _, name := range []string{"pipe", "package-lock.json"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Skipf("skipped: no pipes here: %v", err)
		}
	}
	link(t, "pipe", filepath.Join(dir, "yarn.lock"))
	same(t, "package-lock.json failed: not a regular file\n"+
		"pipe failed: not a regular file\n"+
		"requirements.txt failed line 1: it includes \"pipe\", which cannot be read; the 1 dependencies read are kept\n"+
		"yarn.lock failed: not a regular file\n", ledger(run(t, tree, options())))
}
