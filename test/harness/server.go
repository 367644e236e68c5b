package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say which server to start.
type Options struct {
	Binary   string
	Data     string   // the data folder
	Database string   // empty: SQLite in the data folder
	Roles    string   // empty: all
	Listen   string   // empty: a free port of this machine
	Args     []string // further ones
	Env      []string // further ones; nothing of this process's but PATH is handed on
}

// Server is a process of the program.
type Server struct {
	URL   string
	Ready time.Duration // from its start to its first good answer
	cmd   *exec.Cmd
	log   *log
	ended chan struct{}
	err   error
}

// Start starts a server and waits until it answers.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Listen == "" {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		o.Listen = "127.0.0.1:" + strconv.Itoa(port)
	}
	args := []string{"serve", "--data", o.Data, "--listen", o.Listen}
	if o.Database != "" {
		args = append(args, "--database", o.Database)
	}
	if o.Roles != "" {
		args = append(args, "--roles", o.Roles)
	}
	s := &Server{URL: "http://" + o.Listen, log: &log{changed: make(chan struct{})}, ended: make(chan struct{})}
	s.cmd = exec.Command(o.Binary, append(args, o.Args...)...)
	s.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + o.Data}, o.Env...)
	s.cmd.Dir = o.Data
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.WaitDelay = 5 * time.Second
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	started := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.err = s.cmd.Wait(); close(s.ended) }()
	if err := s.await(ctx, started); err != nil {
		return nil, errors.Join(err, s.Kill())
	}
	return s, nil
}

// await asks until the server answers.
func (s *Server) await(ctx context.Context, started time.Time) error {
	client := &http.Client{Timeout: 2 * time.Second}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/__heartbeat__", nil)
		if err != nil {
			return err
		}
		if response, err := client.Do(request); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				s.Ready = time.Since(started)
				return nil
			}
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended: %w\n%s", s.err, s.Log())
		case <-ctx.Done():
			return fmt.Errorf("the server did not answer: %w\n%s", ctx.Err(), s.Log())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// setupLink is what the first start prints.
var setupLink = regexp.MustCompile(`https?://[^\s"\\]+/setup\?[^\s"\\]+`)

// SetupLink waits for the address at which the administrator is made, as a path.
func (s *Server) SetupLink(ctx context.Context) (string, error) {
	found, err := s.log.await(ctx, setupLink)
	if err != nil {
		return "", fmt.Errorf("no set-up link was printed: %w\n%s", err, s.Log())
	}
	return found[strings.Index(found, "/setup"):], nil
}

// Ended tells whether the process has ended.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Log is what the server wrote.
func (s *Server) Log() string { return s.log.String() }

// Stop asks the server to end and waits until it has.
func (s *Server) Stop() error { return s.end(syscall.SIGTERM, 60*time.Second) }

// Kill ends the server at once, as a failing machine would, with what it started.
func (s *Server) Kill() error { return s.end(syscall.SIGKILL, 10*time.Second) }

// Pause and Resume stop the process and let it go on: a machine that hangs.
func (s *Server) Pause() error { return syscall.Kill(s.cmd.Process.Pid, syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume() error { return syscall.Kill(s.cmd.Process.Pid, syscall.SIGCONT) }

func (s *Server) end(signal syscall.Signal, patience time.Duration) error {
	at := s.cmd.Process.Pid
	if signal == syscall.SIGKILL {
		at = -at
	}
	if err := syscall.Kill(at, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // it is told as an error below
		return fmt.Errorf("the server did not end within %v\n%s", patience, s.Log())
	}
	if signal == syscall.SIGTERM && s.err != nil {
		return fmt.Errorf("the server did not end well: %w\n%s", s.err, s.Log())
	}
	return nil
}

// Memory is what the process holds now and held at most, in bytes (Linux).
func (s *Server) Memory() (now, most int64) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(data)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kB, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			now = kB << 10
		case "VmHWM:":
			most = kB << 10
		}
	}
	return now, most
}

// log keeps what a process writes.
type log struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{}
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	close(l.changed)
	l.changed = make(chan struct{})
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	return text[max(0, len(text)-20_000):]
}

// await waits until the text has what a pattern finds.
func (l *log) await(ctx context.Context, pattern *regexp.Regexp) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		l.mu.Lock()
		found, changed := pattern.FindString(l.text.String()), l.changed
		l.mu.Unlock()
		if found != "" {
			return found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
