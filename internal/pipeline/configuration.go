package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/glob"
	"github.com/assay-sca/assay/internal/policy"
	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Configuration is what a repository says of its own scans. It is a stranger's
// word: it narrows only what the project leaves open, and decides nothing.
type Configuration struct {
	Globs     []string // see glob.List
	GitIgnore bool     // leave out what .gitignore files name
	Languages []string
	Ignores   []policy.Ignore
	Other     []string // settings that a server does not heed
}

const (
	deeptracyFile = ".deeptracy.yml"
	maxConfig     = 1 << 20
)

// readDeeptracy reads .deeptracy.yml: `lang`, a text, narrows to a language, and
// `projects` names sub-projects by their paths.
func readDeeptracy(tree fs.FS) (Configuration, error) {
	var c Configuration
	f, err := tree.Open(deeptracyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return c, errs.E(errs.NotFound, "there is no %s", deeptracyFile)
	}
	if err != nil {
		return c, errs.E(errs.Invalid, "read %s: %w", deeptracyFile, err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err == nil && len(data) > maxConfig {
		err = errs.E(errs.TooLarge, "over %d bytes", maxConfig)
	}
	if err != nil {
		return c, errs.E(errs.Invalid, "read %s: %w", deeptracyFile, err)
	}
	doc, err := yamltree.Parse(data)
	if err != nil {
		return c, errs.E(errs.Invalid, "%s: %w", deeptracyFile, err)
	}
	return c, c.deeptracy(doc.Root)
}

func (c *Configuration) deeptracy(root yamltree.Value) error {
	if !root.IsMap() {
		return errs.E(errs.Invalid, "%s: settings are written as `name: value`", deeptracyFile)
	}
	var fault error
	root.Entries(func(key string, v yamltree.Value) {
		switch key {
		case "lang":
			if _, known := app.EcosystemsOf(v.String()); !v.IsScalar() || !known {
				fault = errs.E(errs.Invalid, "%s:%d: lang is not a language that Assay knows", deeptracyFile, v.Line)
				return
			}
			c.Languages = append(c.Languages, strings.ToLower(v.String()))
		case "projects":
			if err := c.subProjects(v); err != nil {
				fault = err
			}
		default:
			c.Other = append(c.Other, key)
		}
	})
	return fault
}

// subProjects narrows to the paths of the sub-projects, unless one has none and so
// is the whole repository.
func (c *Configuration) subProjects(v yamltree.Value) error {
	if !v.IsMap() {
		return errs.E(errs.Invalid, "%s:%d: projects are written as `name: settings`", deeptracyFile, v.Line)
	}
	var globs []string
	whole := false
	v.Entries(func(_ string, p yamltree.Value) {
		at := path.Clean("/" + p.Get("config", "path").String())[1:]
		if at == "" {
			whole = true
			return
		}
		globs = append(globs, escapeGlob(at)+"/**", escapeGlob(at))
	})
	if !whole {
		c.Globs = append(c.Globs, globs...)
	}
	return nil
}

// escapeGlob makes a pattern that only the path itself fits.
func escapeGlob(p string) string {
	return strings.NewReplacer("*", "[*]", "[", "[[]", "{", "[{]", "!", "[!]").Replace(p)
}

// configure reads what the repository says of itself. What cannot be understood is
// a notice, not the end of the scan: a stranger wrote it.
func (r *run) configure(tree fs.FS) (Configuration, []string) {
	var all Configuration
	var notices []string
	readers := []func(fs.FS) (Configuration, error){readDeeptracy}
	if r.p.Configure != nil {
		readers = append(readers, r.p.Configure)
	}
	for _, read := range readers {
		c, err := read(tree)
		switch {
		case errs.KindOf(err) == errs.NotFound:
		case err != nil:
			notices = append(notices, fmt.Sprintf("The repository's own configuration is not heeded: %v.", err))
		default:
			all.Globs = append(all.Globs, c.Globs...)
			all.Languages = append(all.Languages, c.Languages...)
			all.Ignores = append(all.Ignores, c.Ignores...)
			all.Other = append(all.Other, c.Other...)
			all.GitIgnore = all.GitIgnore || c.GitIgnore
		}
	}
	return all, notices
}

// options says how to read the source: as the project wants, and within that as
// the repository asks.
func (r *run) options(p store.Project, c Configuration) (extract.Options, []string, error) {
	o := r.p.Extract
	var notices []string
	patterns := slices.Clone(p.Include)
	switch {
	case len(c.Globs) == 0:
	case len(p.Include) > 0:
		notices = append(notices, "The repository asks to be scanned in part. The project's settings say what is scanned, so this is not heeded.")
	default:
		patterns = slices.Clone(c.Globs)
		notices = append(notices, "The repository's configuration narrows what is scanned: "+strings.Join(c.Globs, ", ")+".")
	}
	if c.GitIgnore {
		o.GitIgnore = true
		notices = append(notices, "The repository's configuration leaves out what its .gitignore files name.")
	}
	if len(patterns) == 0 && len(p.Exclude) > 0 {
		patterns = []string{"**"}
	}
	for _, x := range p.Exclude {
		patterns = append(patterns, "!"+strings.TrimPrefix(x, "!"))
	}
	var err error
	if o.Globs, err = glob.Parse(patterns); err != nil {
		return o, notices, errs.E(errs.Invalid, "read what is to be scanned: %w", err)
	}
	languages := c.Languages
	if r.scan.Language != "" {
		languages = []string{r.scan.Language}
	} else if len(languages) > 0 {
		notices = append(notices, "The repository's configuration narrows the scan to "+strings.Join(languages, ", ")+".")
	}
	o.Extractors = narrowed(o.Extractors, languages)
	for _, rule := range c.Ignores {
		notices = append(notices, fmt.Sprintf("The repository asks to ignore %s (%s). That is for people with the right to decide here.", strings.TrimSpace(rule.ID+" "+rule.Package), rule.Reason))
	}
	if len(c.Other) > 0 {
		notices = append(notices, "Settings of the repository that have no meaning here: "+strings.Join(c.Other, ", ")+".")
	}
	return o, notices, nil
}

// narrowed are the extractors of some languages; of none are all.
func narrowed(all []extract.Extractor, languages []string) []extract.Extractor {
	if len(languages) == 0 {
		return all
	}
	var ecosystems []string
	for _, l := range languages {
		list, _ := app.EcosystemsOf(l)
		ecosystems = append(ecosystems, list...)
	}
	var out []extract.Extractor
	for _, e := range all {
		if slices.Contains(ecosystems, e.Format().Ecosystem) {
			out = append(out, e)
		}
	}
	return out
}
