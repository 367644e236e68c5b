package requirements

import (
	"strings"

	"github.com/assay-sca/assay/internal/extract/pypi/pep508"
)

// via is one reason why a package is in an annotated file.
type via struct {
	child  int
	kind   viaKind
	parent string // the package that needs child
}

type viaKind uint8

const (
	viaPackage    viaKind = iota
	viaFile               // "-r requirements.in", "project (pyproject.toml)"
	viaConstraint         // "-c constraints.txt"
)

// comment reads the annotations of pip-compile and uv, which follow their
// package: "# via a, b", or "# via" and then "#   a" line by line.
func (r *reader) comment(text string) {
	if r.current == none {
		return
	}
	text = strings.TrimRight(text, " \t")
	list, ok := strings.CutPrefix(strings.TrimLeft(text, " "), "via")
	switch {
	case ok && (list == "" || list[0] == ' '):
		r.inVia = true
		r.addVias(list)
	case r.inVia && strings.HasPrefix(text, "  "):
		r.addVias(text)
	default:
		r.inVia = false
	}
}

// addVias takes a list of reasons if all of it are reasons: "# via the proxy" is
// somebody's prose.
func (r *reader) addVias(list string) {
	if strings.TrimSpace(list) == "" {
		return
	}
	found := len(r.vias)
	for part := range strings.SplitSeq(list, ",") {
		v, ok := parseVia(strings.TrimSpace(part))
		if !ok {
			r.vias, r.inVia = r.vias[:found], false
			return
		}
		v.child = r.current
		r.vias = append(r.vias, v)
	}
}

func parseVia(s string) (via, bool) {
	if option, value := splitOption(s); strings.HasPrefix(option, "-") {
		switch option {
		case "-r", "--requirement":
			return via{kind: viaFile}, value != ""
		case "-c", "--constraint", "--override":
			return via{kind: viaConstraint}, value != ""
		}
		return via{}, false
	}
	name, file, inFile := strings.Cut(s, " (")
	parsed, err := pep508.Parse(name)
	if err != nil || parsed.Specifier != "" || parsed.URL != "" || parsed.Marker != "" {
		return via{}, false
	}
	if inFile {
		return via{kind: viaFile}, strings.HasSuffix(file, ")")
	}
	return via{parent: parsed.Name}, true
}

// resolveVias turns the reasons into edges and tells the direct packages: those
// that a file or the project asks for, and those without a reason. A name that is
// not in the file is the project's, which does not list itself. A constraint alone
// is no reason for a package that others need.
func (r *reader) resolveVias() {
	r.file.DirectKnown = true
	needed := make([]bool, len(r.graph.Packages))
	for _, v := range r.vias {
		parents := r.graph.Named(v.parent)
		switch {
		case v.kind == viaFile || v.kind == viaPackage && len(parents) == 0:
			r.graph.Packages[v.child].Direct = true
		case v.kind == viaPackage:
			needed[v.child] = true
			for _, parent := range parents {
				r.graph.Join(parent, v.child)
			}
		}
	}
	for i := range needed {
		if !needed[i] {
			r.graph.Packages[i].Direct = true
		}
	}
}
