package source_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/source"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a@b:c")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"requirements.txt": "a==1", "sub/x": "x", "../outside": "secret"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../outside", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{dir, "dir:" + dir, dir + "/", filepath.Join(dir, "sub", "..")} {
		s := open(t, target, "")
		if diff := cmp.Diff(finding.Source{Kind: "directory", Name: "a@b:c"}, s.Description); diff != "" || !s.Trusted || s.File != "" {
			t.Errorf("%s: trusted %t, file %q, mismatch (-want +got):\n%s", target, s.Trusted, s.File, diff)
		}
		if diff := cmp.Diff(map[string]string{"requirements.txt": "a==1", "sub/x": "x"}, files(t, s.Tree)); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", target, diff)
		}
		if _, err := fs.ReadFile(s.Tree, "link"); err == nil {
			t.Errorf("%s: a link out of the folder was followed", target)
		}
	}
	s := open(t, filepath.Join(dir, "requirements.txt"), "")
	if diff := cmp.Diff(finding.Source{Kind: "file", Name: "requirements.txt"}, s.Description); diff != "" || !s.Trusted || s.File != "requirements.txt" {
		t.Errorf("file: trusted %t, file %q, mismatch (-want +got):\n%s", s.Trusted, s.File, diff)
	}
}

// A file that is known by its folder brings the folder with it, but no more.
func TestLocate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := filepath.Join(dir, "a", "b", "c", "d")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "x"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	for known, want := range map[string]string{
		"x": "x", "c/d/x": "c/d/x", "b/c/d/x": "b/c/d/x", "a/b/c/d/x": "x", "y": "x",
	} {
		s := open(t, filepath.Join(at, "x"), "")
		if err := s.Locate(func(name string) bool { return name == known }); err != nil || s.File != want {
			t.Errorf("%s: got file %q, error %v, want %q", known, s.File, err, want)
		}
		if data, err := fs.ReadFile(s.Tree, s.File); err != nil || string(data) != "x" {
			t.Errorf("%s: read %q, error %v", known, data, err)
		}
	}
	s := open(t, dir, "")
	if err := s.Locate(func(string) bool { return false }); err != nil || s.File != "" {
		t.Errorf("folder: got file %q, error %v", s.File, err)
	}
}

func TestHere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "here")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	if got := open(t, ".", "").Description.Name; got != "here" {
		t.Errorf("got name %q", got)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"no/such/place", "dir:no-such-place", "git@nowhere", "", "--help", "C:\\nowhere"} {
		_, err := source.Open(t.Context(), target, "")
		if errs.KindOf(err) != errs.Invalid || !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got error %v", target, err)
		}
	}
}

func TestNeedsNetwork(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]bool{
		".": false, "/a/b": false, "dir:/a": false, "git:/a": false, "file:///a": false, "git:file:///a": false, "a@b": false,
		"https://git.example.org/x": true, "git:https://git.example.org/x": true, "ssh://git.example.org/x": true,
		"git://git.example.org/x": true, "git@git.example.org:x": true, "git:git@git.example.org:x": true, "ftp://x": true,
	} {
		if got := source.NeedsNetwork(target); got != want {
			t.Errorf("NeedsNetwork(%q) = %t, want %t", target, got, want)
		}
	}
}
