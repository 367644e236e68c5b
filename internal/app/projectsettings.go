package app

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/robfig/cron/v3"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/glob"
	"github.com/assay-sca/assay/internal/repourl"
	"github.com/assay-sca/assay/internal/store"
)

// Bounds of a project's settings.
const (
	maxDescription = 2000 // characters
	maxProjectTags = 20
	maxTag         = 40  // characters
	maxGlobs       = 100 // of each list
	// leastInterval is how far apart a schedule's scans are at least.
	leastInterval = 15 * time.Minute
)

// field names an entry of a list, or a field of one.
func field(list string, i int, name ...string) string {
	return strings.Join(append([]string{list, fmt.Sprint(i)}, name...), ".")
}

// faultsOf notes faults of an entry of a list.
type faultsOf struct {
	faults *Faults
	prefix string
}

func (f *Faults) of(list string, i int) faultsOf { return faultsOf{f, field(list, i) + "."} }

func (f faultsOf) add(name, format string, args ...any) { f.faults.Add(f.prefix+name, format, args...) }

func (f faultsOf) unless(ok bool, name, format string, args ...any) {
	f.faults.Unless(ok, f.prefix+name, format, args...)
}

// edit is an edit that sets everything, with the defaults of what is empty.
func (s ProjectSettings) edit() ProjectEdit {
	if s.Visibility == "" {
		s.Visibility = store.VisibleToOrganisation
	}
	if s.ReleasePattern == "" {
		s.ReleasePattern = store.DefaultReleasePattern
	}
	return ProjectEdit{Name: &s.Name, Description: &s.Description, Visibility: &s.Visibility, Tags: &s.Tags,
		ReleasePattern: &s.ReleasePattern, Include: &s.Include, Exclude: &s.Exclude, Schedule: &s.Schedule}
}

// fill sets what an edit sets, channels apart, and notes what is wrong with it.
func (f *Faults) fill(p *store.Project, in ProjectEdit, now time.Time) {
	set(&p.Name, in.Name, func(name string) string {
		name = strings.TrimSpace(name)
		f.checkName("name", name)
		return name
	})
	set(&p.Description, in.Description, f.description)
	set(&p.Visibility, in.Visibility, func(v store.Visibility) store.Visibility {
		f.Unless(v == store.VisibleToOrganisation || v == store.Private, "visibility", "is neither organisation nor private")
		return v
	})
	set(&p.Tags, in.Tags, f.tags)
	set(&p.ReleasePattern, in.ReleasePattern, func(pattern string) string {
		if err := repourl.CheckReleasePattern(pattern); err != nil {
			f.Add("release_pattern", "%v", err)
		}
		return pattern
	})
	set(&p.Include, in.Include, func(globs []string) []string { return f.globs("include", globs, true) })
	set(&p.Exclude, in.Exclude, func(globs []string) []string { return f.globs("exclude", globs, false) })
	set(&p.Archived, in.Archived, func(archived bool) bool { return archived })
	if in.Schedule != nil || in.Archived != nil {
		set(&p.Schedule, in.Schedule, strings.TrimSpace)
		p.NextScan = f.next(p.Schedule, now)
		if p.Archived {
			p.NextScan = time.Time{}
		}
	}
}

// set sets a value if there is a new one.
func set[T any](to, from *T, clean func(T) T) {
	if from != nil {
		*to = clean(*from)
	}
}

func (f *Faults) description(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	f.Unless(utf8.RuneCountInString(text) <= maxDescription, "description", "is longer than %d characters", maxDescription)
	f.Unless(utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }),
		"description", "has characters that cannot be shown")
	return text
}

func (f *Faults) tags(tags []string) []string {
	f.Unless(len(tags) <= maxProjectTags, "tags", "are more than %d", maxProjectTags)
	var out []string
	for i, tag := range tags {
		tag = strings.ToLower(strings.TrimSpace(tag))
		f.Unless(tag != "" && utf8.RuneCountInString(tag) <= maxTag && !strings.ContainsFunc(tag, notInTag), field("tags", i),
			"is not of up to %d letters, digits, and - _ . : /", maxTag)
		out = append(out, tag)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func notInTag(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.:/", r)
}

// globs checks patterns; those of what is left out do not take in again.
func (f *Faults) globs(name string, patterns []string, negatable bool) []string {
	f.Unless(len(patterns) <= maxGlobs, name, "are more than %d", maxGlobs)
	var out []string
	for i, pattern := range patterns {
		pattern = strings.TrimSpace(pattern)
		_, err := glob.Parse([]string{pattern})
		f.Unless(err == nil && (negatable || pattern[0] != '!'), field(name, i), `is no pattern such as "tests/**" or "**/package.json"`)
		out = append(out, pattern)
	}
	return out
}

// next is when a schedule's next scan is after an instant; the zero time if there
// is no schedule.
func (f *Faults) next(line string, after time.Time) time.Time {
	at, err := nextScan(line, after)
	if err != nil {
		f.Add("schedule", "%v", err)
	}
	return at
}

// nextScan is when a cron line's next scan is after an instant; the zero time if
// the line is empty. Errors are errs.Invalid.
func nextScan(line string, after time.Time) (time.Time, error) {
	if line == "" {
		return time.Time{}, nil
	}
	if strings.Contains(line, "TZ=") {
		return time.Time{}, errs.E(errs.Invalid, "names a time zone: schedules are in UTC")
	}
	schedule, err := cron.ParseStandard(line)
	if err != nil {
		return time.Time{}, errs.E(errs.Invalid, "is no cron line such as \"30 4 * * 1-5\" or @daily")
	}
	first := schedule.Next(after.UTC())
	if first.IsZero() {
		return time.Time{}, errs.E(errs.Invalid, "names a time that never comes")
	}
	for at, i := first, 0; !at.IsZero() && i < 50; i++ {
		following := schedule.Next(at)
		if !following.IsZero() && following.Sub(at) < leastInterval {
			return time.Time{}, errs.E(errs.Invalid, "scans more often than every %d minutes", leastInterval/time.Minute)
		}
		at = following
	}
	return first, nil
}

// changes are what differs between two states of a project, for the audit log.
func changes(before, after store.Project) map[string]any {
	detail := map[string]any{}
	differ := func(name string, old, now any) {
		if fmt.Sprint(old) != fmt.Sprint(now) {
			detail[name] = map[string]any{"from": old, "to": now}
		}
	}
	differ("name", before.Name, after.Name)
	differ("description", before.Description, after.Description)
	differ("visibility", string(before.Visibility), string(after.Visibility))
	differ("tags", before.Tags, after.Tags)
	differ("release_pattern", before.ReleasePattern, after.ReleasePattern)
	differ("include", before.Include, after.Include)
	differ("exclude", before.Exclude, after.Exclude)
	differ("schedule", before.Schedule, after.Schedule)
	differ("archived", before.Archived, after.Archived)
	differ("channels", channelNames(before.Channels), channelNames(after.Channels))
	if string(before.ChannelSecrets) != string(after.ChannelSecrets) {
		detail["channel_secrets"] = "changed"
	}
	return detail
}
