// Package wolfiadvisories reads Wolfi's advisories in their native form
// (https://github.com/wolfi-dev/advisories, schema 2): a YAML file for each
// package, with the events of each vulnerability. They say more than the security
// database that is made of them (see the feed wolfi): what is not fixed, why, and
// when.
package wolfiadvisories

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
	"github.com/assay-sca/assay/internal/vulndb/feed/gather"
)

// Bounds of one file, in bytes. The largest real one has under 1 MB.
const (
	maxFile  = 32 << 20
	maxExtra = 4 * maxFile
)

// Feed is Wolfi's native advisories.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "wolfiadvisories".
func (Feed) Name() string { return "wolfiadvisories" }

// Providers are Chainguard, which assigns the ids.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: provider, Title: "Chainguard advisories", Licence: "Apache-2.0 until May 2025, then restricted", Covers: "Chainguard, Wolfi", Proven: true,
	}}
}

const provider = "CGA"

// Files is empty: the advisories are published as a git repository.
func (Feed) Files() []string { return nil }

// Sets finds the files (*.advisories.yaml), loose or in archives, at path.
func (Feed) Sets(path string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "wolfiadvisories", What: "advisories of Wolfi (*.advisories.yaml)", MaxFile: maxFile, Many: read,
		Wants: func(name string) bool { return strings.HasSuffix(name, ".advisories.yaml") },
	}, path)
}

// file is the advisories of a package.
type file struct {
	Schema  string `json:"schema-version"`
	Package struct {
		Name string                    `json:"name"`
		Rest map[string]jsontext.Value `json:",embed"`
	} `json:"package"`
	Advisories []jsontext.Value          `json:"advisories"`
	Rest       map[string]jsontext.Value `json:",embed"`
}

// entry is one vulnerability of the package.
type entry struct {
	ID      string                    `json:"id"`
	Aliases []string                  `json:"aliases"`
	Events  []jsontext.Value          `json:"events"`
	Rest    map[string]jsontext.Value `json:",embed"`
}

type event struct {
	Timestamp string `json:"timestamp"`
	Type      string `json:"type"`
	Data      struct {
		Fixed string                    `json:"fixed-version"`
		Rest  map[string]jsontext.Value `json:",embed"`
	} `json:"data"`
	at time.Time
}

// read yields the records of a file. One file that cannot be read is one record
// among those of a thousand others.
func read(name string, r io.Reader, yield func(feed.Record) error) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	f, err := parse(data)
	if err != nil {
		return yield(feed.Record{Entry: name, Err: err})
	}
	size := 0
	for i, raw := range f.Advisories {
		record := feed.Record{Entry: fmt.Sprintf("%s#%d", name, i), Provider: provider}
		record.Advisory, record.Err = f.advisory(raw)
		if size += len(record.Advisory.Extra); size > maxExtra { // what the file says is repeated in each
			return fmt.Errorf("it says more than %d bytes of its advisories", maxExtra)
		}
		if record.Advisory.ID != "" {
			record.Entry = name + "#" + record.Advisory.ID
		}
		if err := yield(record); err != nil {
			return err
		}
	}
	return nil
}

func parse(data []byte) (file, error) {
	var f file
	text, err := gather.FromYAML(data)
	if err != nil {
		return f, err
	}
	if err := gather.Decode(text, &f); err != nil {
		return f, err
	}
	switch major, _, _ := strings.Cut(f.Schema, "."); {
	case major != "2":
		return f, fmt.Errorf("its schema is %.20q; only 2 is read", f.Schema)
	case f.Package.Name == "":
		return f, fmt.Errorf("it names no package")
	}
	return f, nil
}

func (f *file) advisory(raw jsontext.Value) (advisory.Advisory, error) {
	var e entry
	if err := gather.Decode(raw, &e); err != nil {
		return advisory.Advisory{}, err
	}
	if !strings.HasPrefix(e.ID, provider+"-") || len(e.ID) > 60 || strings.Trim(e.ID, "-0123456789abcdefghijklmnopqrstuvwxyzACG") != "" {
		return advisory.Advisory{}, fmt.Errorf("the id %.60q is none", e.ID)
	}
	a := advisory.Advisory{ID: e.ID, Upstream: e.Aliases}
	events, err := e.events()
	if err != nil {
		return a, err
	}
	a.Published, a.Modified = events[0].Timestamp, events[len(events)-1].Timestamp
	affected := advisory.Affected{Ecosystem: "Wolfi", Name: f.Package.Name, PURL: gather.SourcePURL("apk", "wolfi", f.Package.Name)}
	if a.Status, err = decide(&affected, events); err != nil {
		return a, err
	}
	a.Affected = []advisory.Affected{affected}
	extra := map[string]any{"events": e.Events}
	if len(f.Package.Rest) > 0 {
		extra["package"] = f.Package.Rest
	}
	gather.Keep(extra, f.Rest, e.Rest)
	a.Extra, err = gather.Extra(extra)
	return a, err
}

// events are in the order of time; of those at one time the later in the file is
// the later.
func (e *entry) events() ([]event, error) {
	events := make([]event, len(e.Events))
	for i, raw := range e.Events {
		err := gather.Decode(raw, &events[i])
		if err == nil {
			events[i].at, err = time.Parse(time.RFC3339, events[i].Timestamp)
		}
		if err != nil {
			return nil, fmt.Errorf("events[%d]: %w", i, err)
		}
	}
	if len(events) == 0 {
		return nil, fmt.Errorf("it has no events")
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	return events, nil
}

// decide takes the last event that decides. Where nothing but detections is told
// the package may be affected, and its makers have not finished.
func decide(a *advisory.Affected, events []event) (advisory.Status, error) {
	a.Ranges = until("")
	for _, e := range slices.Backward(events) {
		switch e.Type {
		case "detection", "analysis-not-planned":
			continue
		case "fixed":
			if e.Data.Fixed == "" {
				return "", fmt.Errorf("it is fixed, but no version is named")
			}
			a.Ranges, a.Fix = until(e.Data.Fixed), advisory.Fix{State: advisory.Fixed, Available: e.Timestamp}
		case "false-positive-determination":
			a.Ranges, a.Unaffected = nil, true
		case "fix-not-planned":
			a.Fix.State = advisory.WontFix
		case "pending-upstream-fix", "true-positive-determination":
			a.Fix.State = advisory.NotFixed
		default:
			return "", fmt.Errorf("unknown event %.40q", e.Type)
		}
		return advisory.Active, nil
	}
	return advisory.Analyzing, nil
}

func until(fixed string) []advisory.Range {
	events := []advisory.Event{{Introduced: "0"}}
	if fixed != "" {
		events = append(events, advisory.Event{Fixed: fixed})
	}
	return []advisory.Range{{Type: advisory.Ecosystem, Events: events}}
}
