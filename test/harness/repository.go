package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/assay-sca/assay/internal/vulndb/sample"
)

// Repository makes a git repository with a copy of a folder of the module, such as
// examples/shop, as its only commit on main, and returns its path.
func Repository(ctx context.Context, dir, folder string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, folder))); err != nil {
		return "", err
	}
	if _, err := Git(ctx, dir, "init", "--quiet", "--initial-branch=main", "--template="); err != nil {
		return "", err
	}
	return dir, Commit(ctx, dir, "The first")
}

// Commit commits everything in a repository.
func Commit(ctx context.Context, dir, message string) error {
	if _, err := Git(ctx, dir, "add", "--all"); err != nil {
		return err
	}
	_, err := Git(ctx, dir, "commit", "--quiet", "--allow-empty", "-m", message)
	return err
}

// Git runs git in a folder, deaf to its surroundings.
func Git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %v: %w: %s", args, err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// SampleDatabase builds an advisory database of the records that come with the
// program: those of the examples.
func SampleDatabase(ctx context.Context, binary, dir string) (string, error) {
	records := filepath.Join(dir, "records")
	if err := os.CopyFS(records, sample.Advisories()); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	file := filepath.Join(dir, "sample.db")
	return file, BuildDatabase(ctx, binary, file, records)
}
