// Package mixlock reads mix.lock, Elixir's lock.
package mixlock

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/hex/term"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
)

// Extractor reads mix.lock.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes mix.lock.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "mix.lock",
		Ecosystem: purl.Hex,
		Role:      extract.Lock,
		Files:     "mix.lock",
		Manifests: []string{"mix.exs"},
		Edges:     true,
		Hashes:    true,
		Real:      true,
	}
}

// Wants accepts mix.lock in any folder.
func (Extractor) Wants(path string) bool {
	return path == "mix.lock" || strings.HasSuffix(path, "/mix.lock")
}

// Extract reads one lock.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	l := lock{r: term.NewElixir(string(in.Data)), byApp: map[string]int{}}
	err := l.read()
	l.join()
	return l.file, err
}

// lock is a mix.lock being read.
type lock struct {
	file   extract.File
	r      *term.Reader
	byApp  map[string]int // indexes in file.Packages by the application's name
	wanted []want
}

// want is an edge whose end is not known yet.
type want struct {
	from int
	app  string
}

func (l *lock) read() error {
	first := l.r.Next()
	if first.Kind == term.EndToken && l.r.Err() == nil { // of a project without dependencies
		return nil
	}
	if first.Kind != term.SignToken || first.Text != "%{" {
		return errs.AtLine(first.Line, "not a map of packages")
	}
	for {
		switch key := l.r.Next(); {
		case key.Kind == term.SignToken && key.Text == ",":
		case key.Kind == term.SignToken && key.Text == "}":
			return l.end()
		case key.Kind == term.KeyToken, key.Kind == term.TextToken && l.r.Peek().Text == "=>":
			if key.Kind == term.TextToken {
				l.r.Next()
			}
			value, err := l.r.Term()
			if err != nil {
				return err
			}
			l.entry(key, value)
			l.r.Forget()
		case l.r.Err() != nil:
			return l.r.Err()
		case key.Kind == term.EndToken:
			return errs.AtLine(key.Line, "the text ends before the map of packages does")
		default:
			return errs.AtLine(key.Line, "unexpected %.80q where a package begins", key.Text)
		}
	}
}

func (l *lock) end() error {
	if rest := l.r.Next(); rest.Kind != term.EndToken {
		return errs.AtLine(rest.Line, "text after the map of packages")
	}
	return l.r.Err()
}

// entry reads {:hex, :name, "version", "inner hash", [:mix], [dependencies],
// "hexpm", "hash"}, of which old locks have only a beginning, or {:git, "url",
// "commit", [options]}.
func (l *lock) entry(key term.Token, v term.Term) {
	p := extract.Package{Name: key.Text, Line: key.Line}
	switch kind := v.Item(0); {
	case p.Name == "" || v.Kind != term.Tuple || kind.Kind != term.Atom:
		l.file.Fault(key.Line, "package %q is not a tuple", key.Text)
		return
	case kind.Text == "hex":
		hexPackage(&p, v)
	case kind.Text == "package":
		p.Version = v.Item(1).Text
	case kind.Text == "git":
		p.Origin = inventory.Origin{Kind: inventory.OriginGit, Ref: v.Item(1).Text}
		if commit := v.Item(2); commit.Kind == term.Text && commit.Text != "" {
			p.Origin.Ref += "@" + commit.Text
		}
	default:
		l.file.Fault(key.Line, "package %q is from an unknown source %q", key.Text, kind.Text)
	}
	if p.Version == "" && p.Origin.Kind == inventory.OriginRegistry {
		l.file.Fault(key.Line, "package %q has no version", key.Text)
	}
	at := len(l.file.Packages)
	if _, twice := l.byApp[key.Text]; twice {
		l.file.Fault(key.Line, "package %q stands twice", key.Text)
	}
	l.byApp[key.Text] = at
	l.file.Packages = append(l.file.Packages, p)
	for _, dependency := range v.Item(5).Items {
		if app := dependency.Item(0); app.Kind == term.Atom {
			l.wanted = append(l.wanted, want{at, app.Text})
		}
	}
}

func hexPackage(p *extract.Package, v term.Term) {
	if name := v.Item(1).Text; name != "" {
		p.Name = name
	}
	if version := v.Item(2); version.Kind == term.Text {
		p.Version = version.Text
	}
	// The hash of the archive; old locks have only that of its content.
	for _, at := range [...]int{7, 3} {
		if hash := v.Item(at); hash.Kind == term.Text && hash.Text != "" {
			p.Integrity = []string{"sha256:" + hash.Text}
			return
		}
	}
}

// join makes the edges; optional dependencies may not be there.
func (l *lock) join() {
	l.file.Edges = make([]inventory.Edge, 0, len(l.wanted))
	for _, w := range l.wanted {
		if to, ok := l.byApp[w.app]; ok && to != w.from {
			l.file.Edges = append(l.file.Edges, inventory.Edge{From: w.from, To: to})
		}
	}
}
