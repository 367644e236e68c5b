package update

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
)

// Bounds of an update by single records. Beyond them the archive is cheaper.
const (
	maxChanges = 2000    // records beside an archive
	maxRows    = 100_000 // lines of the list that are looked at
	maxRecord  = 16 << 20
	parallel   = 8
	// overlap is how far before the archive the list is read: an archive is made
	// while records come in.
	overlap = 24 * time.Hour
)

// changes are the records of an ecosystem that are newer than its archive. A
// record of theirs stands in the place of the archive's, with all that it says.
type changes struct {
	base      string // of the source
	ecosystem string
	folder    string // of the records
	index     string // the file that says which they are
}

// changeIndex says which records are there and which archive they belong to: with
// another archive they are worth nothing.
type changeIndex struct {
	Archive string               `json:"archive"`
	Through time.Time            `json:"through"` // the newest line of the list
	Records map[string]time.Time `json:"records"` // by id, as the list has their times
}

func (c *changes) read(archive state) changeIndex {
	var out changeIndex
	data, err := os.ReadFile(c.index)
	if err != nil || json.Unmarshal(data, &out) != nil || out.Archive != archive.ETag+" "+archive.LastModified || out.Records == nil {
		return changeIndex{Archive: archive.ETag + " " + archive.LastModified, Records: map[string]time.Time{}}
	}
	return out
}

func (c *changes) write(x changeIndex) error {
	data, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return replaceFile(c.index, data)
}

func (c *changes) file(id string) string {
	return filepath.Join(c.folder, url.QueryEscape(id)+".json")
}

// change is a line of the list.
type change struct {
	id string
	at time.Time
}

// errTooMany: the archive is the better way.
var errTooMany = errors.New("too much has changed")

// applyChanges fetches the records that are newer than the archive that is there.
// False: the archive has to be asked for. Whatever goes wrong here, the archive is
// the answer; what has come by then is complete in itself.
func (f *fetcher) applyChanges(ctx context.Context, u *unit) bool {
	d := f.download(u.files[0], u.files[0].addresses[0])
	archive, ok := readState(d.work)
	made, err := http.ParseTime(archive.LastModified)
	if _, there := os.Stat(d.file); !ok || err != nil || there != nil || d.check(d.file) != nil {
		return false
	}
	x := u.changes.read(archive)
	since := made.Add(-overlap)
	if x.Through.Add(-overlap).After(since) {
		since = x.Through.Add(-overlap)
	}
	list, err := f.list(ctx, u.changes, archive, since)
	if err != nil {
		return false
	}
	if err := f.fetchChanges(ctx, u, d.file, x, list); err != nil {
		return false
	}
	archive.Captured = d.now
	return writeState(d.work, archive) == nil
}

// list reads the changes since a time, from the ecosystem's own list or the
// source's.
func (f *fetcher) list(ctx context.Context, c *changes, archive state, since time.Time) ([]change, error) {
	err := errGone
	for _, place := range []struct{ address, prefix string }{
		{c.base + "/" + url.PathEscape(c.ecosystem) + "/modified_id.csv", ""},
		{c.base + "/modified_id.csv", c.ecosystem + "/"},
	} {
		if f.noList[place.address] {
			continue
		}
		var list []change
		var made time.Time
		err = f.asking(place.address).get(ctx, http.MethodGet, place.address, func(r *http.Response, body io.Reader) (err error) {
			if made, err = http.ParseTime(r.Header.Get("Last-Modified")); err != nil {
				return errs.E(errs.Damaged, "the list does not say when it was made")
			}
			list, err = readChanges(body, place.prefix, since)
			return err
		})
		if errors.Is(err, errGone) {
			f.noList[place.address] = true
			continue
		}
		if err == nil {
			err = f.keepsUp(ctx, archive.URL, made)
		}
		f.note(place.address, err)
		return list, err
	}
	return nil, err
}

// keepsUp makes sure that the list is not older than the archive that the source
// has now: of a mirror that renews archives alone it would hide what is new.
func (f *fetcher) keepsUp(ctx context.Context, archive string, list time.Time) error {
	return f.asking(archive).get(ctx, http.MethodHead, archive, func(r *http.Response, _ io.Reader) error {
		made, err := http.ParseTime(r.Header.Get("Last-Modified"))
		if err != nil || made.Add(-overlap).After(list) {
			return errs.E(errs.Damaged, "the list of changes is older than the archive")
		}
		return nil
	})
}

// recordID is what a record's address may be made of.
var recordID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+~-]{0,199}$`)

// readChanges reads "time,id" lines, newest first, down to a time.
func readChanges(r io.Reader, prefix string, since time.Time) ([]change, error) {
	var out []change
	var last time.Time
	lines := bufio.NewScanner(io.LimitReader(r, maxRows*256))
	for n := 1; lines.Scan(); n++ {
		stamp, id, _ := strings.Cut(strings.TrimSpace(lines.Text()), ",")
		at, err := time.Parse(time.RFC3339, stamp)
		if err != nil || !last.IsZero() && at.After(last) {
			return nil, errs.E(errs.Damaged, "line %d of the list is not older than the one before it", n)
		}
		if last = at; at.Before(since) {
			return out, nil
		}
		if n > maxRows {
			return nil, errs.E(errs.TooLarge, "%w", errTooMany)
		}
		id, ours := strings.CutPrefix(id, prefix)
		if !ours {
			continue
		}
		if !recordID.MatchString(id) {
			return nil, errs.E(errs.Damaged, "line %d of the list names no record", n)
		}
		out = append(out, change{id, at})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	return out, nil
}

// fetchChanges fetches what neither the archive nor an earlier update has.
func (f *fetcher) fetchChanges(ctx context.Context, u *unit, archive string, x changeIndex, list []change) error {
	known, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer known.Close() //nolint:errcheck // only read
	byName := map[string]*zip.File{}
	for _, entry := range known.File {
		byName[entry.Name] = entry
	}
	var pending []change
	for _, c := range list {
		if c.at.After(x.Through) {
			x.Through = c.at
		}
		if !x.Records[c.id].Before(c.at) || !modified(byName[c.id+".json"]).Before(c.at) {
			continue
		}
		if pending = append(pending, c); len(pending)+len(x.Records) > maxChanges {
			return errTooMany
		}
	}
	if err := f.records(ctx, u.changes, pending); err != nil {
		return err
	}
	for _, c := range pending {
		x.Records[c.id] = c.at
	}
	return u.changes.write(x)
}

// modified is when a record of the archive was; the zero time if it has none.
func modified(entry *zip.File) time.Time {
	if entry == nil {
		return time.Time{}
	}
	r, err := entry.Open()
	if err != nil {
		return time.Time{}
	}
	defer r.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(r, maxRecord))
	var head recordHead
	if err != nil || json.Unmarshal(data, &head) != nil {
		return time.Time{}
	}
	return head.Modified
}

type recordHead struct {
	ID       string    `json:"id"`
	Modified time.Time `json:"modified"`
}

// records fetches single records, several at a time.
func (f *fetcher) records(ctx context.Context, c *changes, list []change) error {
	if err := os.MkdirAll(c.folder, 0o755); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n, change := range list {
		f.Progress.Download(c.ecosystem+", changed records", int64(n), int64(len(list)))
		group.Go(func() error { return f.record(ctx, c, change.id) })
	}
	return group.Wait()
}

func (f *fetcher) record(ctx context.Context, c *changes, id string) error {
	address := c.base + "/" + url.PathEscape(c.ecosystem) + "/" + url.PathEscape(id) + ".json"
	return f.asking(address).get(ctx, http.MethodGet, address, func(_ *http.Response, body io.Reader) error {
		data, err := io.ReadAll(io.LimitReader(body, maxRecord+1))
		if err != nil {
			return err
		}
		var head recordHead
		if len(data) > maxRecord {
			return errs.E(errs.TooLarge, "record %s has over %d bytes", id, maxRecord)
		}
		if err := json.Unmarshal(data, &head); err != nil || head.ID != id {
			return errs.E(errs.Damaged, "what came is not the record %s", id)
		}
		return replaceFile(c.file(id), data)
	})
}

// over lays the records over the archive's set.
func (c *changes) over(f feed.Feed, sets []feed.Set, work string) ([]feed.Set, error) {
	archive, ok := readState(work)
	if x := c.read(archive); !ok || len(x.Records) == 0 || len(sets) != 1 {
		return sets, c.forget() // of an archive that is no more
	}
	newer, err := f.Sets(c.folder)
	if err != nil {
		return nil, errors.Join(err, c.forget())
	}
	return []feed.Set{layered{sets[0], newer}}, nil
}

// forget makes the next update begin with the archive alone.
func (c *changes) forget() error {
	if err := os.Remove(c.index); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.RemoveAll(c.folder)
}

// layered is a set of which newer records take the place of those with their ids.
type layered struct {
	feed.Set
	newer []feed.Set
}

// Feed passes the kind of the set on.
func (l layered) Feed() string { return kindOf(l.Set) }

// Each yields what stays of the older records, then the newer ones.
func (l layered) Each(ctx context.Context, yield func(feed.Record) error) (string, error) {
	sum := sha256.New()
	newer := map[string]bool{}
	var records []feed.Record
	for _, set := range l.newer {
		digest, err := set.Each(ctx, func(r feed.Record) error {
			records = append(records, r)
			if r.Err == nil {
				newer[r.Advisory.ID] = true
			}
			return nil
		})
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, digest)
	}
	digest, err := l.Set.Each(ctx, func(r feed.Record) error {
		if r.Err == nil && newer[r.Advisory.ID] {
			return nil
		}
		return yield(r)
	})
	if err != nil {
		return "", err
	}
	fmt.Fprintln(sum, digest)
	for _, r := range records {
		if err := yield(r); err != nil {
			return "", err
		}
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
