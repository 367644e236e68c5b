package webui

import (
	"net/url"
	"strconv"
	"strings"
)

// form is a form's state: what its fields hold and what is wrong with them.
type form struct {
	CSRF     string
	Action   string
	Revision int64 // of the object that it changes; 0: it makes a new one
	Fault    string
	Faults   map[string]string // by field
	values   url.Values
}

// form is an empty form to a path.
func (r *request) form(action string) form {
	return form{CSRF: r.csrf, Action: action, values: url.Values{}}
}

// sent is the form as it was sent, without its secrets.
func (r *request) sent(action string) form {
	f := form{CSRF: r.csrf, Action: action, values: url.Values{}}
	for name, values := range r.PostForm {
		if !isSecret(name) {
			f.values[name] = values
		}
	}
	if n, err := r.revision(); err == nil {
		f.Revision = n
	}
	return f
}

// isSecret tells which fields are never sent back.
func isSecret(name string) bool {
	switch name {
	case "csrf", "password", "new_password", "old_password", "repeat", "credential", "secret", "private_key":
		return true
	}
	return false
}

// with sets what fields hold: name, value, name, value…
func (f form) with(pairs ...string) form {
	for i := 0; i+1 < len(pairs); i += 2 {
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// withAll sets a field that holds several values.
func (f form) withAll(name string, values []string) form {
	f.values[name] = values
	return f
}

// of is the form as a change of a revision.
func (f form) of(revision int64) form {
	f.Revision = revision
	return f
}

// Value is what a field holds.
func (f form) Value(name string) string { return f.values.Get(name) }

// Holds tells whether a field of several values has one.
func (f form) Holds(name, value string) bool {
	for _, v := range f.values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// RevisionText is the revision for the form's hidden field.
func (f form) RevisionText() string { return strconv.FormatInt(f.Revision, 10) }

// input is a field with its label, help and fault.
type input struct {
	Name, Label, Help, Fault string
	Kind                     string // text, email, url, password, number, date, area, select, check
	Value                    string
	Hint                     string // an example, shown while it is empty
	Auto                     string // autocomplete
	Options                  []option
	Offers                   []string // values to pick from, besides others
	Checked, Required, Focus bool
	Mono                     bool
	Rows                     int
	part                     string // tells fields of one name on one page apart
}

// option is a choice of a select.
type option struct {
	Value, Label string
	Chosen       bool
}

func (f form) input(kind, name, label, help string) input {
	return input{
		Kind: kind, Name: name, Label: label, Help: help,
		Value: f.Value(name), Fault: f.Faults[name], Auto: "off", Rows: 4,
	}
}

// Text is a line of text; help may be empty, as everywhere here.
func (f form) Text(name, label, help string) input { return f.input("text", name, label, help) }

// Code is a line in monospace: a reference, a pattern.
func (f form) Code(name, label, help string) input {
	in := f.input("text", name, label, help)
	in.Mono = true
	return in
}

// URL is an address. It is a text to the browser, since git's are none.
func (f form) URL(name, label, help string) input {
	in := f.Code(name, label, help)
	return in
}

// Email is an address of a person.
func (f form) Email(name, label, help string) input {
	in := f.input("email", name, label, help)
	in.Auto = "username"
	return in
}

// Date is a day.
func (f form) Date(name, label, help string) input { return f.input("date", name, label, help) }

// Password is a secret that a person remembers; auto is current-password or
// new-password.
func (f form) Password(name, label, help, auto string) input {
	in := f.input("password", name, label, help)
	in.Value, in.Auto = "", auto
	return in
}

// Area is text of several lines.
func (f form) Area(name, label, help string) input { return f.input("area", name, label, help) }

// Lines is text in monospace with one value a line.
func (f form) Lines(name, label, help string) input {
	in := f.input("area", name, label, help)
	in.Mono = true
	return in
}

// Check is a box to tick.
func (f form) Check(name, label, help string) input {
	in := f.input("check", name, label, help)
	in.Checked = in.Value != ""
	return in
}

// Select is a choice among options.
func (f form) Select(name, label, help string, options []option) input {
	in := f.input("select", name, label, help)
	for _, o := range options {
		o.Chosen = o.Value == in.Value
		in.Options = append(in.Options, o)
	}
	return in
}

// Must is the field, required.
func (i input) Must() input {
	i.Required = true
	return i
}

// Like is the field with an example in it.
func (i input) Like(example string) input {
	i.Hint = example
	return i
}

// Offer is the field with values to pick from.
func (i input) Offer(values []string) input {
	i.Offers = values
	return i
}

// First is the field where typing starts.
func (i input) First() input {
	i.Focus = true
	return i
}

// Filled is the field as browsers fill it in: autocomplete's words.
func (i input) Filled(auto string) input {
	i.Auto = auto
	return i
}

// ID is the field's id in the page.
func (i input) ID() string { return "f-" + i.part + i.Name }

// Named is the field of one of several forms on a page that have it.
func (i input) Named(part string) input {
	i.part = part
	return i
}

// Described names what explains the field to who cannot see it.
func (i input) Described() string {
	switch {
	case i.Help != "" && i.Fault != "":
		return i.ID() + "-fault " + i.ID() + "-help"
	case i.Fault != "":
		return i.ID() + "-fault"
	case i.Help != "":
		return i.ID() + "-help"
	}
	return ""
}

// atField moves what is wrong with a field of the app's input to the field of the
// form that it came from.
func (f form) atField(inner, name string) {
	if says, ok := f.Faults[inner]; ok && f.Faults[name] == "" {
		f.Faults[name] = says
		delete(f.Faults, inner)
	}
}

// conflictAt shows what the whole form contradicts beside the field that it is
// about, if it says the word.
func (f *form) conflictAt(word, name string) {
	if strings.Contains(f.Fault, word) && f.Faults[name] == "" {
		f.Faults, f.Fault = map[string]string{name: f.Fault}, ""
	}
}

// gather moves what is wrong with the parts of a list to one field.
func (f form) gather(list, name string) {
	for inner, says := range f.Faults {
		if strings.HasPrefix(inner, list+".") {
			delete(f.Faults, inner)
			f.Faults[name] = says
		}
	}
}
