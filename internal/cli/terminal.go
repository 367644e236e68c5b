package cli

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"github.com/assay-sca/assay/internal/vulndb/feed"
)

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func terminalWidth(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// progress draws one line that changes, on a terminal only, and only when the
// work takes long enough for anyone to wonder.
type progress struct {
	a     *app
	start time.Time
	stop  chan struct{}
	done  sync.WaitGroup
	text  atomic.Pointer[string]
	files atomic.Int64
}

const (
	progressDelay = 400 * time.Millisecond
	progressEvery = 100 * time.Millisecond
)

func (a *app) newProgress() *progress {
	p := &progress{a: a, start: time.Now(), stop: make(chan struct{})}
	if !a.Terminal || a.quiet {
		return p
	}
	p.done.Go(p.draw)
	return p
}

func (p *progress) draw() {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	drawn := false
	for {
		select {
		case <-p.stop:
			if drawn {
				_, _ = fmt.Fprint(p.a.Stderr, "\r\x1b[K")
			}
			return
		case <-tick.C:
			if text := p.text.Load(); text != nil && time.Since(p.start) > progressDelay {
				line := *text
				if n := p.files.Load(); n > 0 {
					line += fmt.Sprintf(" (%d files)", n)
				}
				_, _ = fmt.Fprintf(p.a.Stderr, "\r\x1b[K%s", line)
				drawn = true
			}
		}
	}
}

func (p *progress) say(text string) { p.text.Store(&text) }

// end takes the line away.
func (p *progress) end() {
	close(p.stop)
	p.done.Wait()
}

// Download and Read make it an update's progress.
func (p *progress) Download(name string, got, total int64) {
	const mega = 1 << 20
	if total > 0 {
		p.say(fmt.Sprintf("downloading %s: %d of %d MB", name, got/mega, total/mega))
		return
	}
	p.say(fmt.Sprintf("downloading %s: %d MB", name, got/mega))
}

// Absent says that a source has nothing of an ecosystem: its packages will be
// reported as not checked.
func (p *progress) Absent(ecosystem string) {
	if !p.a.quiet {
		p.a.message("the source has no advisories for %s: its packages cannot be checked", ecosystem)
	}
}

// Stale says that something could not be renewed: its packages are checked with
// what was fetched last, or not at all.
func (p *progress) Stale(name string, age feed.Age) {
	if age.Captured.IsZero() {
		p.a.message("the advisories for %s cannot be fetched, and there are no earlier ones: its packages cannot be checked: %s", name, age.Reason)
		return
	}
	p.a.message("%s cannot be renewed, its records of %s stay in use: %s", name, age.Captured.Format(time.RFC3339), age.Reason)
}

// Read says which records are being stored.
func (p *progress) Read(set string) { p.say("reading advisories: " + set) }
