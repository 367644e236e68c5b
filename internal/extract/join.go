package extract

import (
	"context"
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

// The bounds of files that build on one another.
const (
	maxJoined = 20   // in a row; real projects have five
	maxJoins  = 1000 // looked at in a row, to tell how many there are
)

// joining completes the files of a tree.
type joining struct {
	byPath map[string]*readFile
	level  map[*readFile]int // how many files there are in a row, this one included
	open   map[*readFile]bool
}

func (r *reader) join(ctx context.Context) error {
	j := joining{byPath: make(map[string]*readFile, len(r.files)), level: map[*readFile]int{}, open: map[*readFile]bool{}}
	for _, f := range r.files {
		j.byPath[f.path] = f
	}
	for _, f := range r.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		j.complete(f, 0)
	}
	return nil
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
	if len(needed) > 0 || len(faults.Problems) > 0 {
		file := f.content.file
		if len(needed) > 0 {
			file = joiner.Join(file, needed)
		}
		file.Problems = append(file.Problems[:len(file.Problems):len(file.Problems)], faults.Problems...)
		f.content = &content{file: file, err: f.content.err}
	}
	j.level[f] = level
	return level
}
