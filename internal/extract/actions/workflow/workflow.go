// Package workflow reads GitHub's workflows and actions: which actions, reusable
// workflows and images they use.
package workflow

import (
	"context"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/gitref"
	"github.com/assay-sca/assay/internal/extract/imageref"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/yamltree"
)

// Extractor reads workflows and actions.
type Extractor struct{}

var _ extract.Extractor = (*Extractor)(nil)

// New returns the extractor.
func New() Extractor { return Extractor{} }

// Format describes workflows and actions.
func (Extractor) Format() extract.Format {
	return extract.Format{
		Name:      "workflow",
		Ecosystem: purl.Actions,
		Role:      extract.Requirements,
		Files:     ".github/workflows/*.yml, .github/workflows/*.yaml, action.yml, action.yaml",
		Scopes:    true,
		Hashes:    true,
		Real:      true,
	}
}

const folder = ".github/workflows/"

// Wants accepts workflows in their folder and actions in any.
func (Extractor) Wants(path string) bool {
	slash := strings.LastIndexByte(path, '/')
	base := path[slash+1:]
	if isAction(base) {
		return true
	}
	if !strings.HasSuffix(base, ".yml") && !strings.HasSuffix(base, ".yaml") {
		return false
	}
	dir, ok := strings.CutSuffix(path[:slash+1], folder)
	return ok && (dir == "" || strings.HasSuffix(dir, "/"))
}

func isAction(base string) bool { return base == "action.yml" || base == "action.yaml" }

// Extract reads one file.
func (Extractor) Extract(_ context.Context, in extract.Input) (extract.File, error) {
	var w workflow
	doc, err := yamltree.Parse(in.Data)
	for _, d := range doc.Duplicates {
		w.file.Fault(d.Line, "the key %q stands twice", d.Key)
	}
	jobs, runs := doc.Root.Get("jobs"), doc.Root.Get("runs")
	w.text = string(in.Data)
	w.scope = inventory.ScopeBuild
	jobs.Entries(func(_ string, job yamltree.Value) { w.job(job) })
	w.scope = inventory.ScopeRuntime
	w.steps(runs.Get("steps"))
	if image := runs.Get("image"); strings.HasPrefix(image.String(), dockerPrefix) {
		w.image(image)
	}
	switch {
	case err != nil || jobs.Exists() || runs.Exists():
	case isAction(in.Path[strings.LastIndexByte(in.Path, '/')+1:]):
		w.file.Notes = append(w.file.Notes, "it is no action: nothing in it runs")
	default:
		err = errs.AtLine(max(doc.Root.Line, 1), "neither jobs of a workflow nor runs of an action")
	}
	return w.file, err
}

// workflow is a file being read.
type workflow struct {
	file   extract.File
	scope  inventory.Scope
	text   string
	starts []int // where lines begin, once lineText was asked
	listed map[place]bool
}

// place is where something is used; by aliases one is met several times.
type place struct {
	text string
	line int
}

func (w *workflow) again(value yamltree.Value) bool {
	at := place{value.String(), value.Line}
	if w.listed[at] {
		return true
	}
	if w.listed == nil {
		w.listed = map[place]bool{}
	}
	w.listed[at] = true
	return false
}

func (w *workflow) job(job yamltree.Value) {
	if uses := job.Get("uses"); uses.Exists() {
		w.uses(uses)
	}
	container := job.Get("container")
	if container.IsMap() {
		container = container.Get("image")
	}
	w.image(container)
	job.Get("services").Entries(func(_ string, service yamltree.Value) { w.image(service.Get("image")) })
	w.steps(job.Get("steps"))
}

// steps reads a list of steps; some of them are steps at the same time.
func (w *workflow) steps(steps yamltree.Value) {
	for _, step := range steps.Items() {
		w.steps(step.Get("parallel"))
		if uses := step.Get("uses"); uses.Exists() {
			w.uses(uses)
		}
	}
}

const dockerPrefix = "docker://"

// image adds a container's image.
func (w *workflow) image(value yamltree.Value) {
	if value.String() == "" || w.again(value) {
		return
	}
	p, ok := imageref.Package(strings.TrimPrefix(value.String(), dockerPrefix))
	switch {
	case ok:
		p.Scope, p.Line = w.scope, value.Line
		w.file.Packages = append(w.file.Packages, p)
	case strings.Contains(value.String(), "${{"):
		w.file.Notes = append(w.file.Notes, "an image is named by an expression and not listed: "+value.String())
	default:
		w.file.Fault(value.Line, "%q is not an image", value.String())
	}
}

// uses adds what a step or job uses: "owner/repo/path@ref", an image, or a local
// path, which is left out.
func (w *workflow) uses(value yamltree.Value) {
	text := value.String()
	if strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../") {
		return
	}
	if strings.HasPrefix(text, dockerPrefix) {
		w.image(value)
		return
	}
	if w.again(value) {
		return
	}
	where, ref, ok := strings.Cut(text, "@")
	owner, rest, slash := strings.Cut(where, "/")
	repo, below, _ := strings.Cut(rest, "/")
	if !ok || !slash || owner == "" || repo == "" || ref == "" || strings.ContainsAny(where, " ${}") {
		w.file.Fault(value.Line, "%q is not an action with its version", text)
		return
	}
	p := extract.Package{Name: owner + "/" + repo, Declared: []string{ref}, Scope: w.scope, Line: value.Line}
	if below != "" {
		p.Declared[0] = below + "@" + ref
	}
	if gitref.IsCommit(ref) {
		p.Integrity = []string{"git:" + ref}
		p.Version = commented(w.lineText(value.Line), ref)
	} else {
		p.Version = version(ref)
	}
	w.file.Packages = append(w.file.Packages, p)
}

// lineText returns a line of the text.
func (w *workflow) lineText(line int) string {
	if w.starts == nil {
		w.starts = []int{0}
		for i := range len(w.text) {
			if w.text[i] == '\n' {
				w.starts = append(w.starts, i+1)
			}
		}
	}
	if line < 1 || line > len(w.starts) {
		return ""
	}
	text, _, _ := strings.Cut(w.text[w.starts[line-1]:], "\n")
	return text
}

// commented finds the version that a comment behind a commit names: "# v4.1.2",
// "# tag=v4.1.2", "# pin@v4" and the like.
func commented(line, ref string) string {
	_, after, _ := strings.Cut(line, ref)
	_, comment, ok := strings.Cut(after, "#")
	if !ok {
		return ""
	}
	word, _, _ := strings.Cut(strings.TrimSpace(comment), " ")
	if word == "tag:" || word == "pin" || word == "ratchet:" {
		_, rest, _ := strings.Cut(strings.TrimSpace(comment), " ")
		word, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	}
	word = strings.Trim(word, "\r,;()")
	if at := strings.LastIndexAny(word, "=@"); at >= 0 {
		word = word[at+1:]
	}
	return version(word)
}

// version is a tag that is a version: a whole one without the "v" before it, as
// OSV writes the versions of actions; one that moves, such as v4 or v4.1, as it
// is written, since it stands for the newest of its line and not for 4.0.0. Of
// branches and other tags it is empty.
func version(tag string) string {
	bare := strings.TrimPrefix(tag, "v")
	dots := 0
	for i := range len(bare) {
		switch c := bare[i]; {
		case '0' <= c && c <= '9':
		case c == '.' && i > 0:
			dots++
		case (c == '-' || c == '+') && i > 0:
			return whole(tag, bare, dots)
		default:
			return ""
		}
	}
	return whole(tag, bare, dots)
}

func whole(tag, bare string, dots int) string {
	if dots < 2 {
		return tag
	}
	return bare
}
