package extract

import "fmt"

// maxProblems bounds what is kept of a file that is nothing but faults.
const maxProblems = 100

// Fault adds a problem at a line (0 when unknown); format and args are as for
// fmt.Sprintf. Beyond a hundred it says only that there are more.
func (f *File) Fault(line int, format string, args ...any) {
	switch len(f.Problems) {
	case maxProblems + 1:
		return
	case maxProblems:
		format, args = "more faults from here on are not listed", nil
	}
	f.Problems = append(f.Problems, Problem{Line: line, Message: fmt.Sprintf(format, args...)})
}
