package harness

import (
	"context"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// GitHost serves git repositories over HTTP, and can keep who fetches waiting.
type GitHost struct {
	*httptest.Server
	mu   sync.Mutex
	gate chan struct{} // closed: open
}

// StartGitHost serves the repositories below a folder.
func StartGitHost(ctx context.Context, root string) (*GitHost, error) {
	out, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return nil, err
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Stderr: io.Discard,
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"}}
	h := &GitHost{gate: make(chan struct{})}
	close(h.gate)
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		gate := h.gate
		h.mu.Unlock()
		select {
		case <-gate:
			backend.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}))
	return h, nil
}

// Hold keeps all who come from now on waiting, until Release.
func (h *GitHost) Hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gate = make(chan struct{})
}

// Release lets everybody go on.
func (h *GitHost) Release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.gate:
	default:
		close(h.gate)
	}
}
