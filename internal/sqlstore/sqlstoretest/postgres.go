package sqlstoretest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server of this test process alone. It listens on a
// socket in its own folder, and ends, leaving nothing, with the process.
type Server struct {
	dir      string
	stdin    io.Closer
	template sync.Once
	migrated error
	count    atomic.Int64
}

// errAbsent says that the machine has no PostgreSQL.
var errAbsent = errors.New("no PostgreSQL server is installed: tools/ensure-servers installs it")

// shared is the process's server, started when the first test asks.
var shared = sync.OnceValues(func() (*Server, error) { return Start(false) })

// Start starts a server; durable ones wait for the disk as in production.
func Start(durable bool) (*Server, error) {
	bin := binaries()
	if bin == "" {
		return nil, errAbsent
	}
	dir, err := os.MkdirTemp("", "assay-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(bin, durable); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// binaries finds the folder of the newest server.
func binaries() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err == nil && len(found) > 0 {
		return filepath.Dir(slices.Max(found))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

// The server's end is tied to this process by a pipe: when it is closed, however
// that comes, the shell ends the server and removes the folder.
const script = `
"$BIN/initdb" -D "$DIR/data" -U assay -A trust -E UTF8 --locale=C --no-sync >"$DIR/log" 2>&1 || exit 1
"$BIN/postgres" -D "$DIR/data" -k "$DIR" -c listen_addresses= -c max_connections=200 -c shared_buffers=128MB $MORE >>"$DIR/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$DIR"
`

func (s *Server) start(bin string, durable bool) error {
	cmd := exec.Command("/bin/sh", "-c", script)
	more := ""
	if !durable {
		// Without autovacuum plans are the same whenever a test asks for them.
		more = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
	}
	cmd.Env = []string{"BIN=" + bin, "DIR=" + s.dir, "MORE=" + more, "PATH=/usr/bin:/bin"}
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.unprivileged(cmd); err != nil {
		return err
	}
	var err error
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); {
		select {
		case err := <-ended:
			return fmt.Errorf("PostgreSQL did not start: %w: %s", err, s.log())
		case <-time.After(50 * time.Millisecond):
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			err = c.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL did not answer within a minute: %s", s.log())
}

// unprivileged makes the server run as the user postgres: it refuses root.
func (s *Server) unprivileged(cmd *exec.Cmd) error {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, uid, gid)
}

func (s *Server) log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// URL is the address of a database on the server.
func (s *Server) URL(database string) string {
	return "postgres:///" + database + "?host=" + s.dir + "&user=assay"
}

// Stop ends the server, as the end of the process would.
func (s *Server) Stop() error { return s.stdin.Close() }

// create makes a database, empty or a copy of another.
func (s *Server) create(ctx context.Context, name, from string) error {
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, fmt.Sprintf("create database %s template %s", name, from))
	return err
}

// Postgres starts the process's server, or skips the test on a machine without
// one, which CI does not allow.
func Postgres(tb testing.TB) *Server {
	tb.Helper()
	s, err := shared()
	if errors.Is(err, errAbsent) && os.Getenv("ASSAY_REQUIRE_REGISTRIES") == "" {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Empty makes a database without tables and returns its URL.
func (s *Server) Empty(tb testing.TB) string {
	tb.Helper()
	name := fmt.Sprintf("empty_%d", s.count.Add(1))
	if err := s.create(tb.Context(), name, "template0"); err != nil {
		tb.Fatal(err)
	}
	return s.URL(name)
}
