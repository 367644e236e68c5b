package e2e_test

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed audit.js
var audit string

// patience bounds every wait of the walk.
const patience = 30 * time.Second

// chromium finds the browser, or skips the test on a machine without one, which
// CI does not allow.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("ASSAY_REQUIRE_REGISTRIES") != "" {
		t.Fatal("no Chromium is installed: tools/ensure-servers installs it")
	}
	t.Skip("skipped: no Chromium is installed: tools/ensure-servers installs it")
	return ""
}

// browser starts a browser that all tabs of a test share.
func browser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// view is how a page is looked at.
type view struct {
	width, height int64
	plain         bool // without JavaScript
	dark          bool
}

// tab is a page of a browser, with cookies of its own, and all that went wrong in
// it.
type tab struct {
	t      *testing.T
	ctx    context.Context
	base   string
	plain  bool
	mu     sync.Mutex
	faults []string
}

// open opens a tab on a server.
func open(t *testing.T, browser context.Context, base string, v view) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx, base: base, plain: v.plain}
	p.must(chromedp.Listen(ctx, p.listen))
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	p.must(chromedp.Do(ctx, chromedp.EmulateViewport(v.width, v.height)))
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	p.must(err)
	if v.plain {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		p.must(err)
	}
	return p
}

// listen notes what must not happen on any page: errors, and requests to others.
func (p *tab) listen(event any) {
	fault := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss") && !strings.HasPrefix(e.Request.URL, p.base) {
			fault = "a request to another origin: " + e.Request.URL
		}
	case *runtime.EventExceptionThrown:
		fault = "an error in a script: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			fault += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			fault = fmt.Sprintf("console.%s: %s", e.Type, arguments(e))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			fault = "the browser says: " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	if fault != "" {
		p.mu.Lock()
		p.faults = append(p.faults, fault)
		p.mu.Unlock()
	}
}

func arguments(e *runtime.EventConsoleAPICalled) string {
	var list []string
	for _, a := range e.Args {
		list = append(list, string(a.Value)+a.Description)
	}
	return strings.Join(list, " ")
}

// noted reports and forgets the faults so far.
func (p *tab) noted(where string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		p.t.Errorf("%s: %s", where, f)
	}
	p.faults = nil
}

// forget takes faults that were meant to happen.
func (p *tab) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

func (p *tab) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%v\n%s", err, p.state())
	}
}

// state is what a failed test shows: where the tab is, what it says, a picture.
func (p *tab) state() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 1500)`))
	if err != nil {
		text = err.Error()
	}
	if dir := os.Getenv("ASSAY_E2E_SHOTS"); dir != "" {
		text += "\npicture: " + p.picture(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_")+"-failed.png"))
	}
	return text
}

// picture writes the whole page as a file.
func (p *tab) picture(file string) string {
	data, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o644))
	}
	if err != nil {
		return err.Error()
	}
	return file
}

// visit opens a path and returns the status.
func (p *tab) visit(path string) int64 {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(p.base+path))
	p.must(err)
	return response.Status
}

// path is where the tab is.
func (p *tab) path() string {
	p.t.Helper()
	return strings.TrimPrefix(evaluate[string](p, "location.href"), p.base)
}

func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	p.must(err)
	return got
}

// await waits until an expression is true, through navigations.
func (p *tab) await(what, expression string) {
	p.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
		got, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		cancel()
		if err == nil && got { // an error: the page is just being left
			return
		}
		select {
		case <-deadline:
			p.t.Fatalf("%s: not within %v (last error %v)\n%s", what, patience, err, p.state())
		case <-tick.C:
		}
	}
}

// fill types into the field with a label.
func (p *tab) fill(label, text string) {
	p.t.Helper()
	found := evaluate[bool](p, fmt.Sprintf(`(() => {
		const label = [...document.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith(%s));
		const field = label && (label.control || label.querySelector('input, select, textarea'));
		if (!field) return false;
		for (let at = field.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
		field.focus();
		if (field.select) field.select();
		return true;
	})()`, strconv.Quote(label)))
	if !found {
		p.t.Fatalf("there is no field %q\n%s", label, p.state())
	}
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	p.must(err)
}

// press presses the button or link with a name and waits for the page that follows.
func (p *tab) press(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Evaluate[chromedp.Void](p.pressing(name))))
	if err != nil {
		p.t.Fatalf("press %q: %v\n%s", name, err, p.state())
	}
}

// pressing is the script that presses. It fails when nothing has the name.
func (p *tab) pressing(name string) string {
	return fmt.Sprintf(`(() => {
		const wanted = %s;
		const all = [...document.querySelectorAll('button, a[href], input[type=submit], summary')].filter((e) => {
			const name = (e.getAttribute('aria-label') || e.innerText || e.textContent || e.value || '').trim();
			return name === wanted || name.startsWith(wanted);
		});
		const e = all.find((e) => e.getClientRects().length > 0) || all[0];
		if (!e) throw new Error('nothing is named ' + wanted);
		for (let at = e.closest('details'); at; at = at.parentElement.closest('details')) at.open = true;
		e.click();
	})()`, strconv.Quote(name))
}

// look checks a page as it is: nothing went wrong, and everybody can use it.
func (p *tab) look(where string) {
	p.t.Helper()
	for _, fault := range evaluate[[]string](p, audit) {
		p.t.Errorf("%s: %s", where, fault)
	}
	p.noted(where)
	if dir := os.Getenv("ASSAY_E2E_SHOTS"); dir != "" {
		name := strings.Trim(strings.NewReplacer("/", "_", "?", "_", "=", "-", " ", "_").Replace(where), "_")
		p.picture(filepath.Join(dir, strings.ReplaceAll(p.t.Name(), "/", "_"), name+".png"))
	}
}
