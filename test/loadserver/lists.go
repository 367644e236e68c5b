package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/assay-sca/assay/internal/sqlstore/sqlstoretest"
)

// lists measures every list with many projects, then what scans add that change
// nothing.
func (b *bench) lists(ctx context.Context, t *target) error {
	ids, err := b.fill(ctx, t)
	if err != nil {
		return err
	}
	if err := b.restart(ctx, t); err != nil {
		return err
	}
	addresses, err := b.addresses(ctx, t, ids)
	if err != nil {
		return err
	}
	var all []timing
	for _, address := range addresses {
		one, err := t.time(ctx, address)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	// The slowest list is the one with the greatest median: a single slow answer is the machine's.
	slices.SortFunc(all, func(x, y timing) int { return cmp.Compare(y.median, x.median) })
	for _, one := range all[:min(len(all), 12)] {
		fmt.Printf("    %-70s median %6.1f ms, worst %6.1f ms\n", one.path, ms(one.median), ms(one.worst))
	}
	b.goal(t.kind, fmt.Sprintf("%d lists, %d projects of %d", len(all), b.projects, b.components), all[0].median < 100*time.Millisecond,
		fmt.Sprintf("medians: middle %.1f ms, slowest %.1f ms", ms(all[len(all)/2].median), ms(all[0].median)), "< 100 ms")
	return b.growth(ctx, t, ids)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// restart stops the server and starts it: what was put off is done, caches are empty.
func (b *bench) restart(ctx context.Context, t *target) error {
	if err := t.server.Stop(); err != nil {
		return err
	}
	return b.start(ctx, t)
}

// fill makes the portfolio.
func (b *bench) fill(ctx context.Context, t *target) ([]string, error) {
	began := time.Now()
	ids, scans := make([]string, b.projects), make([]string, b.projects)
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(12)
	for i := range b.projects {
		group.Go(func() error {
			document, err := b.universe.Document(i, b.components, 0)
			if err != nil {
				return err
			}
			if ids[i], err = t.client.CreateProject(inner, b.universe.Name(i)); err != nil {
				return err
			}
			scan, err := t.client.Push(inner, ids[i], document)
			scans[i] = scan.ID
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, id := range scans {
		scan, err := t.client.Await(ctx, id, 20*time.Millisecond)
		if err == nil && scan.State != "done" {
			err = fmt.Errorf("a scan ended as %s: %s", scan.State, scan.Error)
		}
		if err != nil {
			return nil, err
		}
	}
	bytes, err := b.size(ctx, t)
	fmt.Printf("  %-44s %v, %.0f MB in database and blobs\n", fmt.Sprintf("portfolio of %d x %d", b.projects, b.components),
		time.Since(began).Round(time.Second), float64(bytes)/1e6)
	return ids, err
}

// timing is how long one address took.
type timing struct {
	path          string
	median, worst time.Duration
}

// time asks a few times; the connection is there already and on this machine, so
// what is measured is the server's time and a little more.
func (t *target) time(ctx context.Context, path string) (timing, error) {
	var times []time.Duration
	for range 5 {
		page, err := t.get(ctx, path)
		if err != nil {
			return timing{}, err
		}
		times = append(times, page.Took)
	}
	slices.Sort(times)
	return timing{path, times[len(times)/2], times[len(times)-1]}, nil
}

// addresses finds every list with every order, of the API by its document, of the
// pages by their links, and second pages of all of them.
func (b *bench) addresses(ctx context.Context, t *target, ids []string) ([]string, error) {
	some := []string{ids[0], ids[len(ids)/2], ids[len(ids)-1]}
	api, err := t.operations(ctx, some[0])
	if err != nil {
		return nil, err
	}
	pages := []string{"/", "/projects", "/vulnerabilities", "/activity", "/audit", "/users", "/groups", "/tokens", "/database",
		"/search?q=ka", "/search?q=lor-mel", "/search?q=CVE-2020"}
	for _, id := range some {
		for _, view := range []string{"", "/findings", "/dependencies", "/scans", "/graph", "/settings"} {
			pages = append(pages, "/projects/"+id+view)
		}
	}
	list := append(api, pages...)
	seen := map[string]bool{}
	for _, path := range list {
		seen[path] = true
	}
	for i := 0; i < len(list) && len(list) < 600; i++ {
		found, err := t.further(ctx, list[i])
		if err != nil {
			b.shortfalls = append(b.shortfalls, t.kind+": "+err.Error())
			list = slices.Delete(list, i, i+1)
			i--
			continue
		}
		for _, path := range found {
			if !seen[path] {
				seen[path] = true
				list = append(list, path)
			}
		}
	}
	return list, nil
}

// link finds links of pages that order, filter or turn over.
var link = regexp.MustCompile(`href="(/[^"#]*\?[^"#]*(?:sort|order|cursor|severity|state|q|scope|direct)=[^"#]*)"`)

// further lists what an answer leads to: other orders and the next page. Pages
// that are further ones already lead to no others.
func (t *target) further(ctx context.Context, path string) ([]string, error) {
	page, err := t.get(ctx, path)
	if err != nil {
		return nil, err
	}
	if strings.Contains(path, "cursor=") {
		return nil, nil
	}
	if strings.HasPrefix(path, "/api/") {
		var list struct {
			Next string `json:"next"`
		}
		if json.Unmarshal([]byte(page.Body), &list) != nil || list.Next == "" {
			return nil, nil
		}
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		return []string{path + separator + "cursor=" + url.QueryEscape(list.Next)}, nil
	}
	own, err := url.Parse(path)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, match := range link.FindAllStringSubmatch(page.Body, -1) {
		to := html.UnescapeString(match[1])
		u, err := url.Parse(to)
		deep := own.RawQuery != "" && u != nil && !strings.Contains(to, "cursor=")
		if err == nil && u.Path == own.Path && !deep {
			found = append(found, to)
		}
	}
	return found, nil
}

// orders are all fields that any list sorts by.
var orders = []string{"name", "risk", "components", "scanned", "created", "severity", "vulnerability", "component", "epss", "since", "state",
	"projects", "id", "version", "ecosystem", "direct", "scope", "findings", "email", "seen", "at", "licence"}

// operations lists the API's lists with every order that they take.
func (t *target) operations(ctx context.Context, project string) ([]string, error) {
	type parameter struct{ Name string }
	var document struct {
		Paths map[string]map[string]struct{ Parameters []parameter }
	}
	if _, err := t.client.Call(ctx, http.MethodGet, "/openapi.json", nil, &document); err != nil {
		return nil, err
	}
	var list []string
	for path, methods := range document.Paths {
		get, ok := methods["get"]
		has := func(name string) bool {
			return slices.ContainsFunc(get.Parameters, func(p parameter) bool { return p.Name == name })
		}
		at := strings.NewReplacer("{project}", project, "/projects/{id}", "/projects/"+project).Replace(path)
		if !ok || !has("cursor") || strings.Contains(at, "{") {
			continue
		}
		if !strings.HasPrefix(at, "/api/v1") {
			at = "/api/v1" + at
		}
		list = append(list, at, at+"?limit=100")
		for _, order := range orders {
			if !has("sort") {
				break
			}
			// Which fields a list sorts by is not in the document: those that it takes.
			if _, err := t.get(ctx, at+"?sort="+order); err == nil {
				list = append(list, at+"?sort="+order, at+"?sort=-"+order)
			}
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		return nil, errors.New("the API's document names no lists")
	}
	return list, nil
}

// growth pushes again what was pushed before and looks what that adds.
func (b *bench) growth(ctx context.Context, t *target, ids []string) error {
	before, err := b.size(ctx, t)
	if err != nil {
		return err
	}
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range b.rescans {
		group.Go(func() error {
			at := i % len(ids)
			document, err := b.universe.Document(at, b.components, 0)
			if err != nil {
				return err
			}
			scan, err := t.client.Push(inner, ids[at], document)
			if err != nil {
				return err
			}
			scan, err = t.client.Await(inner, scan.ID, 10*time.Millisecond)
			if err == nil && scan.State != "done" {
				err = fmt.Errorf("a scan ended as %s: %s", scan.State, scan.Error)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	after, err := b.size(ctx, t)
	each := float64(after-before) / float64(b.rescans)
	b.goal(t.kind, "growth for a scan that changed nothing", each < 10_000, fmt.Sprintf("%.1f kB", each/1000), "< 10 kB")
	return err
}

// size is what database and blobs take, with nothing put off: the server is
// restarted for it.
func (b *bench) size(ctx context.Context, t *target) (int64, error) {
	if err := t.server.Stop(); err != nil {
		return 0, err
	}
	total, err := folder(t.data)
	if err == nil && t.url != "" {
		var database int64
		database, err = databaseSize(ctx, t.url)
		total += database
	}
	return total, errors.Join(err, b.start(ctx, t))
}

// folder is the size of the files below a folder but those of the cache.
func folder(dir string) (int64, error) {
	var total int64
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name == filepath.Join(dir, "cache") {
			return filepath.SkipDir
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			total += info.Size()
		}
		return nil
	})
	return total, err
}

// databaseSize is what a database takes once it is tidied.
func databaseSize(ctx context.Context, address string) (int64, error) {
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return 0, err
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "vacuum"); err != nil {
		return 0, err
	}
	var size int64
	err = c.QueryRow(ctx, "select pg_database_size(current_database())").Scan(&size)
	return size, err
}

func create(ctx context.Context, server *sqlstoretest.Server, name string) error {
	c, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "create database "+name+" template template0")
	return err
}
