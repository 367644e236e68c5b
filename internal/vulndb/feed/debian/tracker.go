package debian

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// issue is what the tracker says of one vulnerability in one source package.
type issue struct {
	Scope       string                    `json:"scope"`
	Bug         jsontext.Value            `json:"debianbug"`
	Description string                    `json:"description"`
	Releases    map[string]jsontext.Value `json:"releases"`
	Rest        map[string]jsontext.Value `json:",embed"`
}

// state is how a release stands.
type state struct {
	Status       string                    `json:"status"` // resolved, open, undetermined
	Repositories jsontext.Value            `json:"repositories"`
	Fixed        *string                   `json:"fixed_version"`
	Urgency      string                    `json:"urgency"`
	NoDSA        *string                   `json:"nodsa"` // why there will be no advisory
	Reason       *string                   `json:"nodsa_reason"`
	Rest         map[string]jsontext.Value `json:",embed"`
}

// part is a piece of a record: what the tracker says of a package.
type part struct {
	Package string         `json:"package"`
	Issue   jsontext.Value `json:"issue"`
}

// readTracker yields a piece for each package and vulnerability.
func readTracker(name string, r io.Reader, yield func(feed.Record) error) error {
	in := jsontext.NewDecoder(r, jsontext.AllowInvalidUTF8(true))
	packages, err := members(in, func(pkg string) error {
		if in.PeekKind() != '{' {
			return otherwise(in, name+"#"+pkg, yield)
		}
		_, err := members(in, func(id string) error { return readIssue(in, name, pkg, id, yield) })
		return err
	})
	if err == nil && packages == 0 {
		return errs.E(errs.Invalid, "it tells of no package")
	}
	return gather.Brief(err)
}

// members walks over an object: value must read each member's value.
func members(in *jsontext.Decoder, value func(name string) error) (count int, err error) {
	if _, err := in.ReadToken(); err != nil {
		return 0, err
	}
	for in.PeekKind() != '}' {
		token, err := in.ReadToken()
		if err != nil {
			return count, err
		}
		count++
		if err := value(token.String()); err != nil {
			return count, err
		}
	}
	_, err = in.ReadToken()
	return count, err
}

// otherwise goes over a value that is not what it should be.
func otherwise(in *jsontext.Decoder, entry string, yield func(feed.Record) error) error {
	if err := in.SkipValue(); err != nil {
		return err
	}
	return yield(feed.Record{Entry: entry, Err: fmt.Errorf("it does not have the type that the format asks for")})
}

func readIssue(in *jsontext.Decoder, name, pkg, id string, yield func(feed.Record) error) error {
	entry := name + "#" + pkg + "/" + id
	if in.PeekKind() != '{' || pkg == "" || id == "" {
		return otherwise(in, entry, yield)
	}
	raw, err := in.ReadValue()
	if err != nil {
		return err
	}
	var i issue
	if err := gather.Decode(raw, &i); err != nil {
		return yield(feed.Record{Entry: entry, Err: err})
	}
	text, err := jsonv2.Marshal(part{Package: pkg, Issue: raw}, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	return yield(gather.Piece(name, tracker+"-"+id, text))
}

// issueRecord joins what is said of a vulnerability in all packages.
func issueRecord(id string, texts [][]byte) (advisory.Advisory, error) {
	name := strings.TrimPrefix(id, tracker+"-")
	a := advisory.Advisory{ID: id}
	if strings.HasPrefix(name, "CVE-") { // TEMP-… are the tracker's own
		a.Upstream = []string{name}
	}
	bugs, unplaced := map[string]bool{}, map[string]any{}
	for _, text := range texts {
		var p part
		var i issue
		if err := gather.Decode(text, &p); err != nil {
			return a, err
		}
		if err := gather.Decode(p.Issue, &i); err != nil {
			return a, err
		}
		if bug := strings.Trim(string(i.Bug), `"`); number(bug) {
			bugs[bug] = true
		}
		if len(i.Description) > len(a.Details) {
			a.Details = i.Description
		}
		if err := i.affected(&a, p.Package, unplaced); err != nil {
			return a, fmt.Errorf("%s: %w", p.Package, err)
		}
	}
	a.References = []advisory.Reference{{URL: "https://security-tracker.debian.org/tracker/" + name, Tags: []string{"advisory"}}}
	for _, bug := range slices.Sorted(maps.Keys(bugs)) {
		a.References = append(a.References, advisory.Reference{URL: "https://bugs.debian.org/" + bug, Tags: []string{"report"}})
	}
	extra := map[string]any{}
	if len(unplaced) > 0 {
		extra["unplaced"] = unplaced
	}
	var err error
	a.Extra, err = gather.Extra(extra)
	return a, err
}

func number(s string) bool {
	return s != "" && len(s) < 12 && strings.Trim(s, "0123456789") == ""
}

// affected adds an entry for each release. One that is not known by name is kept
// aside.
func (i *issue) affected(a *advisory.Advisory, pkg string, unplaced map[string]any) error {
	for _, codename := range slices.Sorted(maps.Keys(i.Releases)) {
		eco := ecosystem(codename)
		if eco == "" {
			unplaced[pkg+" "+codename] = i.Releases[codename]
			continue
		}
		var s state
		if err := gather.Decode(i.Releases[codename], &s); err != nil {
			return fmt.Errorf("%s: %w", codename, err)
		}
		entry := advisory.Affected{Ecosystem: eco, Name: pkg, PURL: gather.SourcePURL("deb", "debian", pkg)}
		if err := s.fill(&entry); err != nil {
			return fmt.Errorf("%s: %w", codename, err)
		}
		var err error
		if entry.Extra, err = gather.Extra(s.extra(i)); err != nil {
			return err
		}
		a.Affected = append(a.Affected, entry)
		a.Word = worse(a.Word, s.word())
	}
	return nil
}

// fill says which versions are affected. What is undetermined may be: as long as
// Debian does not know it is not called safe.
func (s *state) fill(a *advisory.Affected) error {
	switch {
	case s.Status == "resolved" && (s.Fixed == nil || *s.Fixed == ""):
		return fmt.Errorf("it is resolved, but no version is named")
	case s.Status == "resolved" && *s.Fixed == "0": // never affected
		a.Unaffected = true
		return nil
	case s.Status == "resolved":
		a.Ranges, a.Fix.State = until(*s.Fixed), advisory.Fixed
		return nil
	case s.Status == "open" && (s.Reason != nil && *s.Reason == "ignored" || s.Urgency == "end-of-life"):
		a.Fix.State = advisory.WontFix
	case s.Status == "open":
		a.Fix.State = advisory.NotFixed
	}
	a.Ranges = until("")
	return nil
}

// extra is what has no place of its own.
func (s *state) extra(i *issue) map[string]any {
	extra := map[string]any{}
	gather.Keep(extra, i.Rest, s.Rest)
	for name, v := range map[string]string{"scope": i.Scope, "urgency": s.Urgency} {
		if v != "" {
			extra[name] = v
		}
	}
	for name, v := range map[string]*string{"nodsa": s.NoDSA, "nodsa_reason": s.Reason} {
		if v != nil {
			extra[name] = *v
		}
	}
	if s.Repositories != nil {
		extra["repositories"] = s.Repositories
	}
	if s.Status != "resolved" && s.Status != "open" {
		extra["status"] = s.Status
	}
	return extra
}

// word is the urgency; asterisks mark one that nobody set by hand.
func (s *state) word() string { return strings.TrimRight(s.Urgency, "*") }

// worse of two urgencies: the record has one, the entries keep theirs.
func worse(a, b string) string {
	order := []string{"", "not yet assigned", "end-of-life", "unimportant", "low", "medium", "high"}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}
