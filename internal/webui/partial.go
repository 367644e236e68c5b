package webui

import (
	"html/template"
	"strings"

	"github.com/assay-sca/assay/internal/store"
)

// posted is an action with the token that its form needs.
type posted struct {
	action
	CSRF string
}

// emptyState is what a list shows that has nothing: why, and what to do next.
type emptyState struct {
	Icon    string
	Title   string
	Text    string
	Actions []action
	Code    string // a command line to copy; empty: none
	CSRF    string // for actions that are forms
}

// danger is an act that cannot be undone.
type danger struct {
	Name, Title, Text, Button string
	Action                    string
	CSRF                      string
	Revision                  int64
	Confirm                   string // what must be typed; empty: nothing
}

// tally is how many open findings there are, by severity; worst first, without
// those that are zero.
type tally struct {
	Parts []tallyPart
	Known bool // something was scanned: zero means none
}

type tallyPart struct {
	level
	Count int64
	Href  string // the list that it counts; empty: it is no link
}

// tallyOf makes a tally; href makes the address of a severity's list, nil: none.
func tallyOf(c severities, known bool, href func(level string) string) tally {
	t := tally{Known: known}
	for i, n := range c.worstFirst() {
		if n == 0 {
			continue
		}
		part := tallyPart{level: levels()[i], Count: n}
		if href != nil {
			part.Href = href(part.Word)
		}
		t.Parts = append(t.Parts, part)
	}
	return t
}

// severities counts findings by severity.
type severities struct{ Critical, High, Medium, Low, None, Unknown int64 }

// severitiesIn are the store's counts by severity.
func severitiesIn(c store.Counts) severities {
	return severities{c.Critical, c.High, c.Medium, c.Low, c.Negligible, c.Unknown}
}

func (s severities) worstFirst() []int64 {
	return []int64{s.Critical, s.High, s.Medium, s.Low, s.None, s.Unknown}
}

// Total is all of them.
func (s severities) Total() int64 {
	return s.Critical + s.High + s.Medium + s.Low + s.None + s.Unknown
}

// credentialPart is the part of a form that says how a repository is entered.
type credentialPart struct {
	ID         string // tells several on a page apart
	Form       form
	Kinds      []option
	SecretHelp string
}

func credentialOf(id string, f form, kinds []option, stored bool) credentialPart {
	help := "Stored encrypted, never shown again. It needs to read the repository, nothing else."
	if stored {
		help = "One is stored. Empty: it stays."
	}
	return credentialPart{id, f, kinds, help}
}

func partialFunctions() template.FuncMap {
	return template.FuncMap{
		"credential": credentialOf,
		"fieldName":  func(name string) string { return strings.NewReplacer("_", " ", ".", " ").Replace(name) },
		"percent":    percent,
		"decimal":    decimal,
		"again":      func(f form) form { f.Fault, f.Faults = "", nil; return f }, // another form of the same kind: without its faults
		"posting":    func(csrf string, a action) posted { return posted{a, csrf} },
	}
}
