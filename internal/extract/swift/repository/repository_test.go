package repository_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/swift/repository"
)

func TestName(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://GitHub.com/Owner/Repo.git":           "github.com/Owner/Repo",
		"https://github.com/owner/repo/":              "github.com/owner/repo",
		"git@github.com:owner/repo.git":               "github.com/owner/repo",
		"ssh://git@git.example.org:2222/a/b/repo.git": "git.example.org/a/b/repo",
		"https://user:token@git.example.org/a/repo":   "git.example.org/a/repo",
		"file:///srv/repo":                            "",
		"/srv/repo":                                   "",
		"../repo":                                     "",
		"https://example.org":                         "",
		"":                                            "",
	} {
		if got, ok := repository.Name(location); got != want || ok != (want != "") {
			t.Errorf("Name(%q) = %q, %t, want %q", location, got, ok, want)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"v1.2": "1.2", "V3": "3", "1.0": "1.0", "version": "version", "v": "v"} {
		if got := repository.Version(tag); got != want {
			t.Errorf("Version(%q) = %q, want %q", tag, got, want)
		}
	}
}
