// Package npmjson reads JSON in the way that npm's formats use it: objects from
// package names to specifiers, and workspaces. What is there twice or of the
// wrong kind becomes a fault of the file instead of being passed over. It knows no
// file format.
package npmjson

import (
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/jsonstream"
)

// Reader reads one document and collects what is wrong with it.
type Reader struct {
	*jsonstream.Reader
	Names   Names
	Faults  extract.File // only its problems are used
	objects int32        // how many objects of dependencies were begun
}

// New returns a reader of data.
func New(data []byte) *Reader {
	return &Reader{Reader: jsonstream.New(data), Names: Names{ids: make(map[string]Name, min(len(data)/100, 1<<14))}}
}

// Fault adds a problem at the line of the last token read.
func (r *Reader) Fault(format string, args ...any) {
	r.Faults.Fault(r.Line(), format, args...)
}

// Document reads the one object that the text must be. A key of those that matter
// is there once; again it is a fault, and given again.
func (r *Reader) Document(field func(key []byte) error, matter ...string) error {
	if kind := r.Kind(); kind != '{' && kind != 0 {
		return errs.AtLine(r.Line(), "the text is not a JSON object")
	}
	seen := map[string]bool{}
	err := r.Fields(func(key []byte) error {
		if slices.Contains(matter, string(key)) {
			if seen[string(key)] {
				r.Fault("duplicate key %q", key)
			}
			seen[string(key)] = true
		}
		return field(key)
	})
	if err != nil {
		return err
	}
	return r.End()
}

// Object reads an object; null counts as an empty one and so does an empty
// array, which some tools write. Anything else is a fault.
func (r *Reader) Object(what string, field func(key []byte) error) error {
	switch r.Kind() {
	case '{', 'n', 0:
		return r.Fields(field)
	case '[':
		empty := true
		err := r.Array(func() error { empty = false; return r.Skip() })
		if !empty {
			r.Fault("%s is not an object", what)
		}
		return err
	}
	r.Fault("%s is not an object", what)
	return r.Skip()
}

// Word reads a string; null counts as an empty one. Anything else is a fault.
func (r *Reader) Word(what string) (string, error) {
	r.wantString(what)
	return r.String()
}

func (r *Reader) wantString(what string) {
	if kind := r.Kind(); kind != '"' && kind != 'n' && kind != 0 {
		r.Fault("%s is not a string", what)
	}
}

// Dependencies reads an object from names to specifiers. A spec is valid only
// until entry returns. A name that is there twice is a fault, and given twice.
func (r *Reader) Dependencies(what string, entry func(name Name, spec []byte)) error {
	r.objects++
	object := r.objects
	return r.Object(what, func(key []byte) error {
		name := r.Names.ID(key)
		if r.Names.seen[name] == object {
			r.Fault("duplicate key %q in %s", r.Names.Text(name), what)
		}
		r.Names.seen[name] = object
		if r.Kind() != '"' {
			r.Fault("%s: the value of %q is not a string", what, r.Names.Text(name))
			return r.Skip()
		}
		spec, err := r.Text()
		if err != nil {
			return err
		}
		if len(r.Names.Text(name)) == 0 {
			r.Fault("%s: a dependency without a name", what)
			return nil
		}
		entry(name, spec)
		return nil
	})
}

// Workspaces reads the globs of workspaces: an array, or an object with the
// array as "packages".
func (r *Reader) Workspaces() ([]string, error) {
	if r.Kind() != '{' {
		return r.globs()
	}
	var globs []string
	err := r.Fields(func(key []byte) error {
		if string(key) != "packages" {
			return r.Skip()
		}
		var err error
		globs, err = r.globs()
		return err
	})
	return globs, err
}

func (r *Reader) globs() ([]string, error) {
	if kind := r.Kind(); kind != '[' && kind != 'n' && kind != 0 {
		r.Fault("workspaces is not an array")
	}
	var globs []string
	err := r.Array(func() error {
		glob, err := r.Word("a workspace")
		if glob = cleanGlob(glob); glob != "" {
			globs = append(globs, glob)
		}
		return err
	})
	return globs, err
}

// cleanGlob gives the one form of a folder that comparisons need; a leading '!',
// which takes folders away again, stays.
func cleanGlob(glob string) string {
	rest, negated := strings.CutPrefix(glob, "!")
	rest = strings.TrimSuffix(strings.TrimPrefix(rest, "./"), "/")
	if negated && rest != "" {
		return "!" + rest
	}
	return rest
}
