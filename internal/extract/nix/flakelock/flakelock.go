// Package flakelock reads flake.lock, the lockfile of Nix flakes. A flake has no
// version but the revision of its source.
package flakelock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/jsonfile"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/jsonstream"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads flake.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes flake.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "flake.lock",
		Ecosystem: purl.Nix,
		Role:      extract.Lock,
		Files:     "flake.lock",
		Edges:     true,
		Hashes:    true,
	}
}

// Wants accepts flake.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path[strings.LastIndexByte(path, '/')+1:] == "flake.lock"
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := &lock{r: jsonstream.New(in.Data), root: "root", nodes: map[string]*node{}, file: extract.File{DirectKnown: true}}
	err := jsonfile.Object(l.r, l.field)
	l.finish()
	if err == nil && l.nodes[l.root] == nil {
		err = errs.AtLine(l.r.Line(), "the root %q is not among the nodes", l.root)
	}
	return l.file, err
}

// lock is a flake.lock being read.
type lock struct {
	r     *jsonstream.Reader
	file  extract.File
	root  string
	nodes map[string]*node
	order []*node
}

// node is a flake, or a source that is none.
type node struct {
	id               string
	inputs           []*input
	byName           map[string]*input
	locked, original source
	line             int
	at               int // index in file.Packages, -1 for none
}

// input names a node, or "follows" another input by its path from the root.
type input struct {
	name, node string
	path       []string
	state      int
	found      *node
}

// The states of an input that follows another.
const (
	unresolved = iota
	resolving
	resolved
)

// source is a reference to a flake in its parts.
type source struct{ kind, owner, repo, host, url, path, id, ref, rev, narHash, dir string }

func (l *lock) field(name string) (err error) {
	switch name {
	case "root":
		l.root, err = l.r.String()
		return err
	case "version":
		version, err := l.r.Scalar()
		if err == nil && version != "5" && version != "6" && version != "7" {
			l.file.Fault(l.r.Line(), "version %q of the format is not known", version)
		}
		return err
	case "nodes":
		if l.r.Kind() != '{' {
			l.file.Fault(l.r.Line(), "%q is not an object", name)
		}
		return l.r.Object(l.node)
	}
	return l.r.Skip()
}

func (l *lock) node(id string) error {
	n := &node{id: id, line: l.r.Line(), at: -1, byName: map[string]*input{}}
	if l.nodes[id] != nil {
		l.file.Fault(n.line, "node %q stands twice", id)
	}
	err := l.r.Object(func(name string) error {
		switch name {
		case "inputs":
			return l.r.Object(func(name string) error { return l.input(n, name) })
		case "locked":
			return l.source(&n.locked)
		case "original":
			return l.source(&n.original)
		}
		return l.r.Skip()
	})
	l.nodes[id] = n
	l.order = append(l.order, n)
	return err
}

func (l *lock) input(n *node, name string) (err error) {
	i := &input{name: name}
	if l.r.Kind() == '[' {
		err = jsonfile.Strings(l.r, func(s string) { i.path = append(i.path, s) })
	} else {
		i.node, err = l.r.String()
	}
	n.inputs = append(n.inputs, i)
	n.byName[name] = i
	return err
}

func (l *lock) source(s *source) error {
	return l.r.StringMap(func(name, value string) {
		switch name {
		case "type":
			s.kind = value
		case "owner":
			s.owner = value
		case "repo":
			s.repo = value
		case "host":
			s.host = value
		case "url":
			s.url = value
		case "path":
			s.path = value
		case "id":
			s.id = value
		case "ref":
			s.ref = value
		case "rev":
			s.rev = value
		case "narHash":
			s.narHash = value
		case "dir":
			s.dir = value
		}
	})
}

// finish makes packages of the nodes and follows their inputs.
func (l *lock) finish() {
	root := l.nodes[l.root]
	for _, n := range l.order {
		if n == root || l.nodes[n.id] != n {
			continue
		}
		p, ok := n.pkg()
		if !ok {
			l.file.Fault(n.line, "node %q is locked to nothing that is known", n.id)
			continue
		}
		n.at = len(l.file.Packages)
		l.file.Packages = append(l.file.Packages, p)
	}
	for _, n := range l.order {
		for _, i := range n.inputs {
			to := l.resolve(root, i, 0)
			switch {
			case to == nil || to.at < 0:
			case n == root:
				p := &l.file.Packages[to.at]
				p.Direct = true
				if p.Declared == nil && to.original.kind != "" {
					p.Declared = []string{to.original.String()}
				}
			case n.at >= 0:
				l.file.Edges = append(l.file.Edges, inventory.Edge{From: n.at, To: to.at})
			}
		}
	}
}

// maxFollows bounds a chain of inputs that follow others.
const maxFollows = 100

// resolve finds an input's node. Each input is resolved once; one that follows
// itself is none.
func (l *lock) resolve(root *node, i *input, depth int) *node {
	if i.path == nil {
		return l.nodes[i.node]
	}
	if i.state != unresolved || root == nil || depth > maxFollows {
		return i.found
	}
	i.state = resolving
	at := root
	for _, name := range i.path {
		next := at.byName[name]
		if next == nil {
			at = nil
			break
		}
		if at = l.resolve(root, next, depth+1); at == nil {
			break
		}
	}
	if len(i.path) == 0 {
		at = nil
	}
	i.state, i.found = resolved, at
	return at
}

func (n *node) pkg() (extract.Package, bool) {
	s := &n.locked
	p := extract.Package{Version: s.rev, Line: n.line}
	if s.narHash != "" {
		p.Integrity = []string{s.narHash}
	}
	switch s.kind {
	case "github", "gitlab", "sourcehut":
		p.Name = s.owner + "/" + s.repo
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: s.forge() + "@" + s.rev}
		return p, s.owner != "" && s.repo != ""
	case "git", "hg":
		p.Name = s.url
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: s.url + "@" + s.rev}
	case "tarball", "file":
		p.Name = s.url
		p.Origin = inventory.Origin{Kind: inventory.OriginURL, Ref: s.url}
	case "path":
		p.Name = n.id
		p.Origin = inventory.Origin{Kind: inventory.OriginPath, Ref: s.path}
	}
	return p, p.Name != ""
}

func (s *source) forge() string {
	host := s.host
	if host == "" {
		host = map[string]string{"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}[s.kind]
	}
	return "https://" + host + "/" + s.owner + "/" + s.repo
}

// String writes the reference as flake.nix has it: "github:owner/repo/ref".
func (s *source) String() string {
	ref := s.ref
	if ref == "" {
		ref = s.rev
	}
	switch s.kind {
	case "indirect":
		return strings.TrimSuffix("flake:"+s.id+"/"+ref, "/")
	case "path":
		return "path:" + s.path
	case "git", "hg", "tarball", "file":
		if s.kind == "git" || s.kind == "hg" {
			return strings.TrimSuffix(s.kind+"+"+s.url+"?ref="+ref, "?ref=")
		}
		return s.url
	}
	return strings.TrimSuffix(s.kind+":"+s.owner+"/"+s.repo+"/"+ref, "/")
}
