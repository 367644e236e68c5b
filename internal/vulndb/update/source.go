package update

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/safe/egress"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// unit is what of a source is fetched, fails and is replaced as one: an
// ecosystem's archive, the files of a feed, a folder.
type unit struct {
	name     string // for people
	feed     feed.Feed
	path     string // what the feed reads
	files    []remote
	optional bool
	age      feed.Age // why what is read is not of now; no Reason: it is
	changes  *changes // records that are newer than the archive; nil: none
}

// remote is a file that is fetched from the first of some addresses.
type remote struct {
	name      string // for people
	addresses []string
	file      string
	work      string
	check     func(file string) error
}

// isURL tells a URL from a path.
func isURL(place string) bool {
	return strings.HasPrefix(place, "https://") || strings.HasPrefix(place, "http://")
}

// units takes the sources apart. A source that is named twice is read once.
func (o Options) units() ([]*unit, error) {
	var out []*unit
	for i, source := range o.Sources {
		f, place := o.Named(source)
		switch {
		case slices.Contains(o.Sources[:i], source):
		case place == "":
			return nil, errs.E(errs.Invalid, "%s: names no folder or file", source)
		case !isURL(place):
			out = append(out, &unit{name: place, feed: f, path: place})
		default:
			address, err := url.Parse(place)
			if err != nil || address.Host == "" {
				return nil, errs.E(errs.Invalid, "%s is no address", shown(place))
			}
			out = append(out, o.remoteUnits(f, place, address)...)
		}
	}
	return out, nil
}

// remoteUnits lists what is fetched from an address. Each source has a folder of
// its own in the cache: two may have files of the same name.
func (o Options) remoteUnits(f feed.Feed, place string, address *url.URL) []*unit {
	root := filepath.Join(o.Cache, key(f, place))
	switch {
	case !listed(f) && strings.HasSuffix(address.Path, ".zip"):
		return []*unit{archiveUnit(root, f, "all", place)}
	case !listed(f):
		return o.ecosystems(root, f, place)
	case len(f.Files()) == 0 || namesFile(address.Path):
		name := fileName(path.Base(address.Path))
		u := &unit{name: name, feed: f, path: filepath.Join(root, "files", name)}
		u.files = []remote{fileOf(root, name, place)}
		return []*unit{u}
	}
	// The folder's name is what the feed's loose files are called as a set.
	u := &unit{name: f.Name(), feed: f, path: filepath.Join(root, "files", f.Name())}
	for _, name := range f.Files() {
		u.files = append(u.files, fileOf(root, path.Join(f.Name(), name), address.JoinPath(strings.Split(name, "/")...).String()))
	}
	return []*unit{u}
}

// namesFile tells an address of a file of a feed from that of all its files.
func namesFile(p string) bool {
	return slices.Contains([]string{".json", ".jsonl", ".csv", ".xml", ".yaml", ".yml", ".toml", ".zip", ".tar", ".gz", ".bz2", ".zst", ".xz"}, path.Ext(p))
}

// listed tells whether a feed's files are known by its own list, and not by the
// names of ecosystems.
func listed(f feed.Feed) bool { return f.Name() != "osv" }

// ecosystems are the archives in the layout of the public OSV export.
func (o Options) ecosystems(root string, f feed.Feed, place string) []*unit {
	base := strings.TrimSuffix(place, "/")
	var out []*unit
	for _, name := range o.Ecosystems {
		escaped := url.PathEscape(name)
		u := archiveUnit(root, f, name, base+"/"+escaped+"/all.zip", base+"/"+escaped+".zip")
		u.optional = slices.Contains(o.Optional, name)
		u.changes = &changes{base: base, ecosystem: name, folder: filepath.Join(root, "changed", fileName(name)),
			index: filepath.Join(root, "work", fileName(name)+".changes")}
		out = append(out, u)
	}
	return out
}

// archiveUnit is an archive: its folder names the set, as in the public layout.
func archiveUnit(root string, f feed.Feed, name string, addresses ...string) *unit {
	r := fileOf(root, path.Join(fileName(name), "all.zip"), addresses...)
	r.name = name
	return &unit{name: name, feed: f, path: r.file, files: []remote{r}}
}

func fileOf(root, name string, addresses ...string) remote {
	r := remote{name: name, addresses: addresses, file: filepath.Join(root, "files", filepath.FromSlash(name)),
		work: filepath.Join(root, "work", filepath.FromSlash(name))}
	if strings.HasSuffix(name, ".zip") {
		r.check = checkArchive
	}
	return r
}

// key names a source's folder in the cache.
func key(f feed.Feed, place string) string {
	digest := sha256.Sum256([]byte(place))
	return f.Name() + "-" + hex.EncodeToString(digest[:6])
}

// fileName makes a part of an address a file's name on every system.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, name)
	if strings.Trim(name, ". ") == "" {
		return "file"
	}
	return strings.TrimLeft(name, ".")
}

// Shown is a source as people may see it: without what may be a secret.
func Shown(source string) string {
	at := strings.Index(source, "http")
	if at < 0 || !isURL(source[at:]) || at > 0 && source[at-1] != ':' {
		return source
	}
	return source[:at] + shown(source[at:])
}

// shown is an address as people may see it: without what may be a secret.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// checkArchive refuses what is no archive, such as a proxy's page.
func checkArchive(file string) error {
	archive, err := zip.OpenReader(file)
	if err != nil {
		return errs.E(errs.Damaged, "what came is no zip archive: %w", err)
	}
	return archive.Close()
}

// fetcher brings units up to date.
type fetcher struct {
	Options
	web
	down   map[string]bool // hosts that gave no answer: asked once more each time, not again and again
	noList map[string]bool // sources without a list of changes
}

func (o Options) fetcher() *fetcher {
	var named []string
	for _, source := range o.Sources {
		if _, place := o.Named(source); isURL(place) && place != DefaultSource {
			named = append(named, place)
		}
	}
	w := web{agent: o.Agent, backoff: o.Backoff, attempts: attempts}
	if w.backoff == 0 {
		w.backoff = time.Second
	}
	if o.Client != nil {
		w.client = egress.Client(o.Client, named...)
	}
	return &fetcher{Options: o, web: w, down: map[string]bool{}, noList: map[string]bool{}}
}

// fetch brings all units up to date and returns those that there is something of.
// A required one of which nothing is there is an error: a database without it says
// of its packages that they were not checked.
func (f *fetcher) fetch(ctx context.Context, units []*unit) ([]*unit, error) {
	var there []*unit
	var first error
	for _, u := range units {
		err := f.unit(ctx, u)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			if first == nil {
				first = err
			}
			if !f.earlier(u, err) {
				if !u.optional {
					return nil, err
				}
				continue
			}
		}
		there = append(there, u)
	}
	return there, nothingRenewed(there, first)
}

// nothingRenewed keeps an update from passing off what is all old as new.
func nothingRenewed(units []*unit, cause error) error {
	if cause == nil || slices.ContainsFunc(units, func(u *unit) bool { return len(u.files) > 0 && u.age.Reason == "" }) {
		return nil
	}
	return cause
}

// earlier falls back on what was fetched earlier; false if that is not all there.
func (f *fetcher) earlier(u *unit, cause error) bool {
	var captured time.Time
	for _, r := range u.files {
		at, ok := f.download(r, r.addresses[0]).captured()
		if !ok {
			if u.optional && errors.Is(cause, errGone) {
				f.Progress.Absent(u.name)
			} else if u.optional {
				f.Progress.Stale(u.name, feed.Age{Reason: f.reason(cause)})
			}
			return false
		}
		if captured.IsZero() || at.Before(captured) {
			captured = at
		}
	}
	f.outdated(u, captured, cause)
	return len(u.files) > 0
}

func (f *fetcher) outdated(u *unit, captured time.Time, cause error) {
	u.age = feed.Age{Captured: captured.UTC(), Reason: f.reason(cause)}
	if len(u.files) > 0 {
		f.Progress.Stale(u.name, u.age)
	}
}

// reason is one line without paths of this machine: it is stored in the database.
func (f *fetcher) reason(cause error) string {
	text := strings.Join(strings.Fields(cause.Error()), " ")
	return strings.ReplaceAll(text, f.Cache+string(filepath.Separator), "")
}

// captured is when the file that is there was the current one.
func (d download) captured() (time.Time, bool) {
	if info, err := os.Stat(d.file); err == nil {
		if s, ok := readState(d.work); ok && !s.Captured.IsZero() {
			return s.Captured, true
		}
		return info.ModTime(), true
	}
	if s, ok := readState(d.good()); ok {
		reverted, err := d.revert()
		return s.Captured, reverted && err == nil
	}
	return time.Time{}, false
}

func (f *fetcher) unit(ctx context.Context, u *unit) error {
	if u.changes != nil && f.applyChanges(ctx, u) {
		return nil
	}
	var first error
	for _, r := range u.files {
		if err := f.file(ctx, r); err != nil && first == nil {
			first = err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return first
}

func (f *fetcher) download(r remote, address string) download {
	d := download{web: f.asking(address), url: address, file: r.file, work: r.work, limit: maxBytes, now: f.Now.UTC(), check: r.check,
		progress: func(got, total int64) { f.Progress.Download(r.name, got, total) }}
	return d
}

// asking is how often a host is asked: again and again only while it answers.
func (f *fetcher) asking(address string) web {
	w := f.web
	if f.down[hostOf(address)] {
		w.attempts = 1
	}
	return w
}

// note remembers whether a host answers.
func (f *fetcher) note(address string, err error) {
	var again *transientError
	f.down[hostOf(address)] = errors.As(err, &again)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// file downloads the first of some addresses that the server has.
func (f *fetcher) file(ctx context.Context, r remote) error {
	for _, folder := range []string{filepath.Dir(r.file), filepath.Dir(r.work)} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return errs.E(errs.Unavailable, "make the download folder: %w", err)
		}
	}
	var err error
	for _, address := range r.addresses {
		err = f.download(r, address).run(ctx)
		f.note(address, err)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errGone) {
			return unavailable(shown(address), err)
		}
	}
	names := make([]string, len(r.addresses))
	for i, address := range r.addresses {
		names[i] = shown(address)
	}
	return unavailable(strings.Join(names, " or "), err)
}

// unavailable keeps the kind of an error that has one. What net/http says of an
// address again is left out, and with it a secret that may be in one.
func unavailable(address string, err error) error {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	kind := errs.KindOf(err)
	if kind == errs.Unknown {
		kind = errs.Unavailable
	}
	return errs.E(kind, "download %s: %w", address, err)
}

// revert puts the files back that the last database was built from; false if
// nothing has come since.
func (f *fetcher) revert(u *unit, cause error) (bool, error) {
	found := false
	var oldest time.Time
	for _, r := range u.files {
		d := f.download(r, r.addresses[0])
		done, err := d.revert()
		if err != nil {
			return false, err
		}
		found = found || done
		if at, ok := d.captured(); ok && (oldest.IsZero() || at.Before(oldest)) {
			oldest = at
		}
	}
	if found {
		f.outdated(u, oldest, fmt.Errorf("what came cannot be used: %w", cause))
	}
	return found, nil
}

// replaceable tells whether there are earlier files to fall back on.
func (f *fetcher) replaceable(u *unit) bool {
	return slices.ContainsFunc(u.files, func(r remote) bool {
		_, err := os.Stat(f.download(r, r.addresses[0]).good())
		return err == nil
	})
}

func (f *fetcher) accept(units []*unit) error {
	var err error
	for _, u := range units {
		for _, r := range u.files {
			err = errors.Join(err, f.download(r, r.addresses[0]).accept())
		}
	}
	return err
}
