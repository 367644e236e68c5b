package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// cost is what the processes that the bench started have used: the processor, and
// transactions of PostgreSQL.
type cost struct {
	server, database time.Duration
	commits          int64
}

// spent reads it. What cannot be read (there is no /proc, or no PostgreSQL) is zero.
func (t *target) spent(ctx context.Context) (c cost) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	processes := map[string]process{}
	for _, file := range stats {
		if text, err := os.ReadFile(file); err == nil {
			p := parseStat(string(text))
			processes[p.id] = p
		}
	}
	for id, p := range processes {
		switch {
		case id == strconv.Itoa(os.Getpid()) || !started(processes, id):
		case strings.HasPrefix(p.name, "postgres"):
			c.database += p.used
		default:
			c.server += p.used
		}
	}
	if t.url == "" {
		return c
	}
	db, err := sql.Open("pgx", t.url)
	if err != nil {
		return c
	}
	defer db.Close()
	// A backend brings what it counted to the statistics once a second.
	select {
	case <-ctx.Done():
	case <-time.After(1200 * time.Millisecond):
	}
	if err := db.QueryRowContext(ctx, "select xact_commit from pg_stat_database where datname = current_database()").Scan(&c.commits); err != nil {
		fmt.Println("    commits cannot be read:", err)
	}
	return c
}

// process is what /proc tells of one.
type process struct {
	id, name, parent string
	used             time.Duration // with those of its children that have ended
}

func parseStat(text string) (p process) {
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return p
	}
	p.id, p.name = strings.TrimSpace(text[:open]), text[open+1:end]
	fields := strings.Fields(text[end+1:])
	const parent, first, last = 1, 11, 14 // utime, stime, cutime, cstime
	if len(fields) <= last {
		return p
	}
	p.parent = fields[parent]
	const tick = 10 * time.Millisecond // of every Linux that Go runs on
	for _, f := range fields[first : last+1] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err == nil {
			p.used += time.Duration(n) * tick
		}
	}
	return p
}

// started tells whether a process comes from this one.
func started(processes map[string]process, id string) bool {
	own := strconv.Itoa(os.Getpid())
	for range 20 {
		if id == own {
			return true
		}
		p, ok := processes[id]
		if !ok {
			return false
		}
		id = p.parent
	}
	return false
}

// tell prints what a push cost from its receipt until it was visible.
func (before cost) tell(after cost, pushes int64) {
	if pushes == 0 {
		return
	}
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(pushes) }
	fmt.Printf("  %-44s %.1f ms of server, %.1f ms of PostgreSQL, %.1f commits\n", "a push costs",
		each(after.server-before.server), each(after.database-before.database), float64(after.commits-before.commits)/float64(pushes))
}
