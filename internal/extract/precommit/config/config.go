// Package config reads .pre-commit-config.yaml: which repositories hooks come
// from.
package config

import (
	"context"
	"fmt"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/gitref"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Extractor reads .pre-commit-config.yaml.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes .pre-commit-config.yaml.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "pre-commit",
		Ecosystem: purl.GitHub,
		Role:      extract.Requirements,
		Files:     ".pre-commit-config.yaml, .pre-commit-config.yml",
		Scopes:    true,
		Hashes:    true,
	}
}

// Wants accepts .pre-commit-config.yaml in any folder.
func (Extractor) Wants(path string) bool {
	base := path[strings.LastIndexByte(path, '/')+1:]
	return base == ".pre-commit-config.yaml" || base == ".pre-commit-config.yml"
}

// Extract reads one file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var file extract.File
	doc, err := yamltree.Parse(in.Data)
	for _, d := range doc.Duplicates {
		file.Fault(d.Line, "the key %q stands twice", d.Key)
	}
	repos := doc.Root.Get("repos")
	if doc.Root.IsList() {
		repos = doc.Root // as pre-commit before 1.0 had it
	}
	if err == nil && !repos.IsList() {
		err = errs.AtLine(max(repos.Line, 1), "there is no list of repos")
	}
	comments := newComments(string(in.Data))
	further := 0
	for _, repo := range repos.Items() {
		for _, hook := range repo.Get("hooks").Items() {
			further += len(hook.Get("additional_dependencies").Items())
		}
		add(&file, repo, comments)
	}
	if further > 0 {
		file.Notes = append(file.Notes, fmt.Sprintf("%d additional dependencies of hooks are not listed", further))
	}
	return file, err
}

// add lists a repository; those that are no repositories are left out.
func add(file *extract.File, repo yamltree.Value, comments comments) {
	where, rev := repo.Get("repo"), repo.Get("rev")
	if !rev.Exists() {
		rev = repo.Get("sha")
	}
	switch where.String() {
	case "local", "meta", "builtin":
		return
	case "":
		file.Fault(max(repo.Line, 1), "an entry names no repository")
		return
	}
	p := extract.Package{Name: where.String(), Scope: inventory.ScopeDev, Line: where.Line}
	if name, ok := onGitHub(where.String()); ok {
		p.Name = name
	} else {
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: where.String()}
	}
	ref := rev.String()
	switch {
	case ref == "":
		file.Fault(where.Line, "repository %q has no revision", where.String())
	case gitref.IsCommit(ref):
		p.Integrity = []string{"git:" + ref}
		p.Version = comments.frozen(rev.Line)
	default:
		p.Version = ref
	}
	file.Packages = append(file.Packages, p)
}

// onGitHub returns "owner/repo" of an address there.
func onGitHub(address string) (string, bool) {
	rest, ok := strings.CutPrefix(address, "git@github.com:")
	if !ok {
		_, rest, _ = strings.Cut(address, "://")
		if rest, ok = strings.CutPrefix(rest, "github.com/"); !ok {
			return "", false
		}
	}
	rest = strings.TrimSuffix(strings.TrimRight(rest, "/"), ".git")
	return rest, strings.Count(rest, "/") == 1
}

// comments are those that pre-commit writes behind a frozen revision.
type comments map[int]string

func newComments(text string) comments {
	found := comments{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if _, after, ok := strings.Cut(line, "# frozen:"); ok {
			found[number] = strings.TrimSpace(after)
		}
	}
	return found
}

func (c comments) frozen(line int) string { return c[line] }
