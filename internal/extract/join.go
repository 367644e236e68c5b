package extract

import (
	"context"
	"io/fs"
	"slices"

	"github.com/assay-sca/assay/internal/inventory"
)

// Joiner is an Extractor whose files leave open what other files of the tree say:
// a parent's managed versions, a catalogue's libraries. After all files are read,
// each is completed once, those that it builds on before it.
type Joiner interface {
	Extractor
	// Needs lists the files that the file at a path builds on, as paths relative to
	// the root. It may name more than there are.
	Needs(path string, file File) []string
	// Join completes a file by those of the needed that are there, in the order of
	// Needs and complete themselves. It must not write into what file and needed
	// refer to: equal files share one parse.
	Join(file File, needed []File) File
}

// Adopter is a Joiner that also reads files which no format knows by their names:
// a parent, or a script that is applied, may be called anything.
type Adopter interface {
	Joiner
	// Adopts lists files of this format that the file at a path names. It may name
	// more than there are.
	Adopts(path string, file File) []string
}

// Loose is an Adopter whose files take from one another only what each says by
// itself. They may name one another in circles; what one builds on counts for those
// that build on it; and what it adopts is a part of it, not only there for it.
type Loose interface {
	Adopter
	Loose()
}

// Linker is an Extractor whose files name one another by what they say of
// themselves, such as the coordinates of a module, wherever in the tree they are.
type Linker interface {
	Extractor
	// Link completes all files of the format, after the joining, in the order of
	// their paths. It may replace each File, and must not write into what they refer
	// to.
	Link(ctx context.Context, files []Linked) error
}

// Linked is a file for a Linker.
type Linked struct {
	Path string // relative to the root
	File File
}

// The bounds of files that build on one another.
const (
	maxJoined = 20   // in a row; real projects have five
	maxJoins  = 1000 // looked at in a row, to tell how many there are
	maxLoose  = 200  // that one file builds on, of those that may do so in circles
	maxExtra  = 1000 // read for one file that is scanned alone
)

// joining completes the files of a tree.
type joining struct {
	byPath map[string]*readFile
	level  map[*readFile]int // how many files there are in a row, this one included
	open   map[*readFile]bool
	extra  map[*readFile]bool // read only for what they give to others
	needs  map[*readFile][]string
}

func (r *reader) join(ctx context.Context) error {
	j := joining{byPath: make(map[string]*readFile, len(r.files)), level: map[*readFile]int{}, open: map[*readFile]bool{},
		extra: map[*readFile]bool{}, needs: map[*readFile][]string{}}
	for _, f := range r.files {
		j.byPath[f.path] = f
	}
	if err := r.readNamed(ctx, &j); err != nil {
		return err
	}
	for _, f := range r.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		j.complete(f, 0)
	}
	if err := r.linkAll(ctx); err != nil {
		return err
	}
	for f := range j.extra {
		f.giveOnly()
	}
	return nil
}

// readNamed reads what files adopt, and for a file that is scanned alone also
// those that it builds on.
func (r *reader) readNamed(ctx context.Context, j *joining) error {
	for at := 0; at < len(r.files); at++ {
		f := r.files[at]
		if err := ctx.Err(); err != nil {
			return err
		}
		joiner, ok := f.extractor.(Joiner)
		if !ok || f.content == nil {
			continue
		}
		if adopter, ok := joiner.(Adopter); ok {
			_, loose := joiner.(Loose)
			for _, name := range adopter.Adopts(f.path, f.content.file) {
				r.readExtra(ctx, j, name, adopter, loose && !j.extra[f])
			}
		}
		if r.options.Only == nil {
			continue
		}
		for _, name := range joiner.Needs(f.path, f.content.file) {
			if e := r.wanted(name); e != nil {
				r.readExtra(ctx, j, name, e, false)
			}
		}
	}
	return nil
}

// readExtra reads one more file, if it is there. What the walk leaves out by its
// name is left out here too.
func (r *reader) readExtra(ctx context.Context, j *joining, name string, e Extractor, part bool) {
	if j.byPath[name] != nil || !fs.ValidPath(name) || r.options.Only == nil && r.wanted(name) != nil {
		return
	}
	if info, err := fs.Stat(r.tree, name); err != nil || !info.Mode().IsRegular() || len(j.extra) >= maxExtra {
		return
	}
	f := &readFile{path: name, extractor: e, format: e.Format(), unsafe: true}
	j.byPath[name] = f
	if r.options.Only == nil && !r.options.Globs.Match(name) {
		r.note(f.entry(inventory.Skipped, "left out by the list of globs", 0))
		return
	}
	if len(r.files) >= r.options.Limits.Files {
		r.tooMany(f)
		return
	}
	r.read(ctx, f)
	r.files = append(r.files, f)
	if r.options.Only != nil && !part {
		j.extra[f] = true
	}
}

// giveOnly takes a file's own dependencies away: nobody asked for them.
func (f *readFile) giveOnly() {
	if f.content == nil {
		return
	}
	file := f.content.file
	file.Packages, file.Edges, file.Declared = nil, nil, nil
	file.Notes = []string{"it is read only for what it gives to the file that is scanned"}
	f.content = &content{file: file, err: f.content.err}
}

// complete joins a file with those that it builds on, and tells its level.
func (j *joining) complete(f *readFile, depth int) int {
	if level := j.level[f]; level > 0 {
		return level
	}
	joiner, ok := f.extractor.(Joiner)
	if !ok || f.content == nil {
		j.level[f] = 1
		return 1
	}
	if _, ok := joiner.(Loose); ok {
		j.level[f] = 1
		j.completeLoose(f, joiner)
		return 1
	}
	j.open[f] = true
	defer delete(j.open, f)
	level, faults := 1, File{}
	var needed []File
	for _, name := range joiner.Needs(f.path, f.content.file) {
		other := j.byPath[name]
		switch {
		case other == nil || other.content == nil:
		case j.open[other]:
			faults.Fault(0, "it builds on itself, by way of %q", name)
		case depth >= maxJoins:
			faults.Fault(0, "it builds on more than %d files in a row", maxJoined)
		default:
			level = max(level, 1+j.complete(other, depth+1))
			needed = append(needed, other.content.file)
		}
	}
	if level > maxJoined {
		faults.Fault(0, "it builds on more than %d files in a row", maxJoined)
		needed = nil
	}
	f.join(joiner, needed, faults.Problems)
	j.level[f] = level
	return level
}

// join completes a file, if there is anything to complete it by.
func (f *readFile) join(joiner Joiner, needed []File, faults []Problem) {
	if len(needed) == 0 && len(faults) == 0 {
		return
	}
	file := f.content.file
	if len(needed) > 0 {
		file = joiner.Join(file, needed)
	}
	file.Problems = append(file.Problems[:len(file.Problems):len(file.Problems)], faults...)
	f.content = &content{file: file, err: f.content.err}
}

// completeLoose joins a file with those that it builds on and, behind them, those
// that these build on.
func (j *joining) completeLoose(f *readFile, joiner Joiner) {
	seen := map[*readFile]bool{f: true}
	pending := []*readFile{f}
	var needed []File
	var faults File
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
		for _, name := range j.needsOf(next) {
			other := j.byPath[name]
			if other == nil || other.content == nil || seen[other] {
				continue
			}
			if len(needed) == maxLoose {
				faults.Fault(0, "it builds on more than %d files", maxLoose)
				pending = nil
				break
			}
			seen[other] = true
			if _, ok := other.extractor.(Loose); ok {
				pending = append(pending, other)
			} else {
				j.complete(other, 0)
			}
			needed = append(needed, other.content.file)
		}
	}
	f.join(joiner, needed, faults.Problems)
}

func (j *joining) needsOf(f *readFile) []string {
	needs, ok := j.needs[f]
	if joiner, is := f.extractor.(Joiner); is && !ok {
		needs = joiner.Needs(f.path, f.content.file)
		j.needs[f] = needs
	}
	return needs
}

// linkAll has the linkers complete their files.
func (r *reader) linkAll(ctx context.Context) error {
	byFormat := map[string][]*readFile{}
	for _, f := range r.files {
		if _, ok := f.extractor.(Linker); ok && f.content != nil {
			byFormat[f.format.Name] = append(byFormat[f.format.Name], f)
		}
	}
	for _, files := range byFormat {
		slices.SortFunc(files, compareFiles)
		linked := make([]Linked, len(files))
		for i, f := range files {
			linked[i] = Linked{f.path, f.content.file}
		}
		if err := files[0].extractor.(Linker).Link(ctx, linked); err != nil {
			return err
		}
		for i, f := range files {
			f.content = &content{file: linked[i].File, err: f.content.err}
		}
	}
	return nil
}
