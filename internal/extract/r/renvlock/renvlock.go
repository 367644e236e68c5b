// Package renvlock reads renv.lock, R's lock.
package renvlock

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads renv.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes renv.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "renv.lock",
		Ecosystem: purl.CRAN,
		Role:      extract.Lock,
		Files:     "renv.lock",
		Manifests: []string{"DESCRIPTION"},
		Edges:     true,
		Licences:  true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts renv.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "renv.lock" || strings.HasSuffix(path, "/renv.lock")
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{r: jsonstream.New(in.Data), byName: map[string]int{}}
	err := l.read()
	l.join()
	return l.file, err
}

// lock is a renv.lock being read.
type lock struct {
	file   extract.File
	r      *jsonstream.Reader
	seen   bool // the packages
	byName map[string]int
	wanted []want
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	to   string
}

func (l *lock) read() error {
	err := jsonfile.Object(l.r, func(name string) error {
		if name != "Packages" {
			return l.r.Skip()
		}
		if l.seen {
			l.file.Fault(l.r.Line(), "key %q stands twice", name)
		}
		l.seen = true
		if l.r.Kind() != '{' {
			l.file.Fault(l.r.Line(), "%q is not an object", name)
		}
		return l.r.Object(l.entry)
	})
	if err == nil && !l.seen {
		l.file.Fault(l.r.Line(), "there is no object %q", "Packages")
	}
	return err
}

// entry is one package being read. Since its version 1.1 renv writes all fields of
// the package's description; before, it wrote what it needs under Requirements.
type entry struct {
	name, version, source, hash, licence string
	remote                               remote
	requirements, fields                 []string // what it needs
}

// remote is where a package is from that no repository has.
type remote struct{ kind, host, user, repo, sha, url, path, ref string }

func (l *lock) entry(key string) error {
	line := l.r.Line()
	if l.r.Kind() != '{' {
		l.file.Fault(line, "package %q is not an object", key)
		return l.r.Skip()
	}
	var e entry
	err := l.r.Object(func(field string) error { return l.field(&e, field) })
	if e.name = cmp.Or(e.name, key); e.name == "" {
		l.file.Fault(line, "a package without a name")
		return err
	}
	l.add(e, line, err == nil)
	return err
}

func (l *lock) field(e *entry, name string) (err error) {
	switch name {
	case "Package":
		e.name, err = l.r.String()
	case "Version":
		e.version, err = l.r.String()
	case "Source":
		e.source, err = l.r.String()
	case "Hash":
		e.hash, err = l.r.String()
	case "License":
		e.licence, err = l.r.String()
	case "Requirements":
		err = l.names(&e.requirements)
	case "Depends", "Imports", "LinkingTo":
		err = l.names(&e.fields)
	default:
		if to := e.remote.field(name); to != nil {
			*to, err = l.r.String()
		} else {
			err = l.r.Skip()
		}
	}
	return err
}

func (r *remote) field(name string) *string {
	switch name {
	case "RemoteType":
		return &r.kind
	case "RemoteHost":
		return &r.host
	case "RemoteUsername":
		return &r.user
	case "RemoteRepo":
		return &r.repo
	case "RemoteSha":
		return &r.sha
	case "RemoteUrl":
		return &r.url
	case "RemotePath", "Path":
		return &r.path
	case "RemoteRef":
		return &r.ref
	}
	return nil
}

// names reads a list of packages, each perhaps with a constraint; some versions
// write it as one text.
func (l *lock) names(to *[]string) error {
	add := func() error {
		text, err := l.r.Text()
		for part := range strings.SplitSeq(string(text), ",") {
			name, _, _ := strings.Cut(part, "(")
			if name = strings.TrimSpace(name); name != "" && name != "R" {
				*to = append(*to, name)
			}
		}
		return err
	}
	if l.r.Kind() == '[' {
		return l.r.Array(add)
	}
	return add()
}

func (l *lock) add(e entry, line int, whole bool) {
	if e.version == "" && whole {
		l.file.Fault(line, "package %q has no version", e.name)
	}
	if _, twice := l.byName[e.name]; twice {
		l.file.Fault(line, "package %q stands twice", e.name)
	}
	at := len(l.file.Packages)
	l.byName[e.name] = at
	p := extract.Package{Name: e.name, Version: e.version, Origin: e.origin(), Line: line}
	if e.hash != "" {
		p.Integrity = []string{"md5:" + e.hash} // of the description, as renv makes it
	}
	if licence := strings.TrimSpace(e.licence); licence != "" {
		p.Licences = []string{licence}
	}
	l.file.Packages = append(l.file.Packages, p)
	for _, to := range slices.Concat(e.requirements, e.fields) {
		l.wanted = append(l.wanted, want{at, to})
	}
}

// hosts are where the kinds of remotes are by default.
var hosts = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}

// origin reads where a package is from; the empty one is CRAN, Bioconductor or
// another repository of that kind.
func (e entry) origin() inventory.Origin {
	switch kind := strings.ToLower(e.source); kind {
	case "repository", "cran", "bioconductor", "":
		return inventory.Origin{}
	case "github", "gitlab", "bitbucket", "git", "git2r", "xgit":
		return inventory.Origin{Kind: inventory.OriginGit, Ref: e.remote.repository(kind)}
	case "local":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: cmp.Or(e.remote.path, e.remote.url, e.name)}
	case "url":
		return inventory.Origin{Kind: inventory.OriginURL, Ref: e.remote.url}
	}
	// "unknown", a remote of a kind that is not known, or a repository's own name.
	return inventory.Origin{Kind: inventory.OriginURL, Ref: cmp.Or(e.remote.url, e.source)}
}

// repository is the URL of a git remote. The host of GitHub's is that of its
// interface: api.github.com, or host/api/v3 of one's own.
func (r remote) repository(kind string) string {
	url := r.url
	if r.user != "" && r.repo != "" {
		host := strings.TrimPrefix(strings.TrimPrefix(r.host, "https://"), "api.")
		host, _, _ = strings.Cut(host, "/")
		url = "https://" + cmp.Or(host, hosts[kind], "github.com") + "/" + r.user + "/" + r.repo + ".git"
	}
	if commit := cmp.Or(r.sha, r.ref); commit != "" {
		url += "@" + commit
	}
	return url
}

// join makes the edges. What R itself brings is not in the lock.
func (l *lock) join() {
	made := map[inventory.Edge]bool{}
	l.file.Edges = make([]inventory.Edge, 0, len(l.wanted))
	for _, w := range l.wanted {
		to, ok := l.byName[w.to]
		if e := (inventory.Edge{From: w.from, To: to}); ok && to != w.from && !made[e] {
			made[e] = true
			l.file.Edges = append(l.file.Edges, e)
		}
	}
}
