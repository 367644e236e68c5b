package debian

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// Bounds of a list.
const (
	maxLine  = 1 << 20
	maxLines = 20_000 // of one advisory
)

// notice is one advisory of a list: a line with its date, id and title, and
// below it its vulnerabilities in braces, the fixed packages and notes.
type notice struct {
	Date     string   `json:"date"`
	ID       string   `json:"id"`
	Title    string   `json:"title,omitempty"`
	CVEs     []string `json:"cves,omitempty"`
	Packages []fix    `json:"packages,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	Other    []string `json:"other,omitempty"` // lines of another form
}

// fix is a line such as "[bookworm] - sope 5.8.0-1+deb12u1".
type fix struct {
	Release string `json:"release"`
	Package string `json:"package"`
	Version string `json:"version"` // or "<not-affected>" and its like
	Remark  string `json:"remark,omitempty"`
}

// list is a list while it is read.
type list struct {
	name   string
	header *regexp.Regexp
	fixed  *regexp.Regexp
	yield  func(feed.Record) error
	now    *notice
	lines  int // of the advisory
	count  int
}

func readList(name string, r io.Reader, yield func(feed.Record) error) error {
	l := list{
		name: name, yield: yield,
		header: regexp.MustCompile(`^\[([0-9]{1,2} [A-Za-z]{3} [0-9]{4})\] ((?:DSA|DLA)-[0-9]+(?:-[0-9]+)?)(?:\s+(.*))?$`),
		fixed:  regexp.MustCompile(`^(?:\[([a-z-]+)\]\s+)?-\s+([A-Za-z0-9][A-Za-z0-9.+-]*)\s+([^\s(]+)(?:\s+(\(.*\)))?$`),
	}
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	for n := 1; in.Scan(); n++ {
		if err := l.line(n, strings.TrimRight(in.Text(), " \t\r")); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return err
	}
	if err := l.finish(); err != nil {
		return err
	}
	if l.count == 0 {
		return errs.E(errs.Invalid, "it is no list of advisories")
	}
	return nil
}

// line reads a line: what is not indented begins an advisory.
func (l *list) line(n int, text string) error {
	body := strings.TrimLeft(text, " \t")
	switch {
	case body == "":
		return nil
	case len(body) == len(text):
		return l.begin(n, text)
	case l.now == nil: // of an advisory that cannot be read
		return nil
	}
	if l.lines++; l.lines > maxLines {
		entry := l.name + "#" + l.now.ID
		l.now = nil
		return l.yield(feed.Record{Entry: entry, Err: fmt.Errorf("it has over %d lines", maxLines)})
	}
	l.body(body)
	return nil
}

func (l *list) begin(n int, text string) error {
	if err := l.finish(); err != nil {
		return err
	}
	var date time.Time
	m := l.header.FindStringSubmatch(text)
	err := fmt.Errorf("%.60q does not begin an advisory", text)
	if m != nil {
		date, err = time.Parse("2 Jan 2006", m[1])
	}
	if err != nil {
		return l.yield(feed.Record{Entry: fmt.Sprintf("%s#%d", l.name, n), Err: err})
	}
	l.now, l.lines = &notice{Date: date.Format(time.RFC3339), ID: m[2], Title: m[3]}, 0
	return nil
}

func (l *list) body(text string) {
	now := l.now
	if cves, ok := strings.CutPrefix(text, "{"); ok && strings.HasSuffix(cves, "}") {
		now.CVEs = append(now.CVEs, strings.Fields(strings.TrimSuffix(cves, "}"))...)
		return
	}
	if note, ok := strings.CutPrefix(text, "NOTE:"); ok {
		now.Notes = append(now.Notes, strings.TrimSpace(note))
		return
	}
	if m := l.fixed.FindStringSubmatch(text); m != nil {
		now.Packages = append(now.Packages, fix{Release: m[1], Package: m[2], Version: m[3], Remark: m[4]})
		return
	}
	now.Other = append(now.Other, text)
}

// finish hands on the advisory that is read.
func (l *list) finish() error {
	if l.now == nil {
		return nil
	}
	text, err := jsonv2.Marshal(l.now, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return err
	}
	id := l.now.ID
	l.now, l.count = nil, l.count+1
	return l.yield(gather.Piece(l.name, id, text))
}

// noticeRecord is an advisory's record; one that stands twice is joined.
func noticeRecord(id string, texts [][]byte) (advisory.Advisory, error) {
	a := advisory.Advisory{ID: id}
	var notes, other []string
	for _, text := range texts {
		var n notice
		if err := gather.Decode(text, &n); err != nil {
			return a, err
		}
		if a.Published == "" {
			a.Published, a.Summary = n.Date, n.Title
		}
		a.Upstream = append(a.Upstream, n.CVEs...)
		notes, other = append(notes, n.Notes...), append(other, n.Other...)
		for _, f := range n.Packages {
			entry, ok, err := f.affected(id)
			switch {
			case err != nil:
				return a, err
			case ok:
				a.Affected = append(a.Affected, entry)
			default:
				other = append(other, f.String())
			}
		}
	}
	slices.Sort(a.Upstream)
	a.Upstream = slices.Compact(a.Upstream)
	a.Details = strings.Join(notes, "\n")
	a.References = []advisory.Reference{{URL: "https://security-tracker.debian.org/tracker/" + id, Tags: []string{"advisory"}}}
	extra := map[string]any{}
	if len(other) > 0 {
		extra["lines"] = other
	}
	var err error
	a.Extra, err = gather.Extra(extra)
	return a, err
}

// affected is the entry of a line. It is not ok if nobody can tell which release
// it means.
func (f fix) affected(id string) (a advisory.Affected, ok bool, err error) {
	codename := f.Release
	if codename == "" {
		codename = "sid" // lines without a release speak of unstable
	}
	a = advisory.Affected{Ecosystem: ecosystem(codename), Name: f.Package, PURL: gather.SourcePURL("deb", "debian", f.Package)}
	if a.Ecosystem == "" {
		return a, false, nil
	}
	switch f.Version {
	case "<not-affected>":
		a.Unaffected = true
	case "<unfixed>":
		a.Ranges, a.Fix.State = until(""), advisory.NotFixed
	case "<end-of-life>", "<no-dsa>", "<ignored>":
		a.Ranges, a.Fix.State = until(""), advisory.WontFix
	default:
		if strings.HasPrefix(f.Version, "<") {
			return a, false, nil
		}
		a.Ranges, a.Fix = until(f.Version), advisory.Fix{State: advisory.Fixed, Advisory: id}
	}
	extra := map[string]any{}
	if f.Remark != "" {
		extra["remark"] = f.Remark
	}
	a.Extra, err = gather.Extra(extra)
	return a, true, err
}

// String is the line again.
func (f fix) String() string {
	text := "- " + f.Package + " " + f.Version
	if f.Release != "" {
		text = "[" + f.Release + "] " + text
	}
	if f.Remark != "" {
		text += " " + f.Remark
	}
	return text
}
