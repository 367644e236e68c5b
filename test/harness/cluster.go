package harness

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Cluster is a server for a test: one process over a SQLite file, or one process
// for the API and two workers that share a PostgreSQL database and a bucket, and
// nothing else.
type Cluster struct {
	API       *Server
	Workers   []*Server
	Bucket    *Bucket // nil: blobs are in the data folder
	Client    *Client
	Database  string // URL or file
	Binary    string
	processes []process
}

// process is how a server is started again.
type process struct {
	options Options
	server  **Server
}

// ClusterOptions say how to start one.
type ClusterOptions struct {
	Binary   string
	Dir      string   // an empty folder
	Database string   // URL of PostgreSQL; empty: SQLite
	Args     []string // of every process
	Env      []string
}

// StartCluster starts one on an empty database.
func StartCluster(ctx context.Context, o ClusterOptions) (*Cluster, error) {
	c := &Cluster{Binary: o.Binary, Database: o.Database, Workers: make([]*Server, 0, 2)}
	if o.Database == "" {
		data := filepath.Join(o.Dir, "data")
		c.Database = filepath.Join(data, "assay.db")
		c.processes = []process{{Options{Binary: o.Binary, Data: data, Args: o.Args, Env: o.Env}, &c.API}}
	} else if err := c.apart(o); err != nil {
		return nil, err
	}
	for i := range c.processes {
		if err := c.Start(ctx, i); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	c.Client = NewClient(c.API.URL)
	return c, nil
}

// apart lays out processes on hosts of their own: each has a data folder and a
// copy of the key.
func (c *Cluster) apart(o ClusterOptions) error {
	c.Bucket = StartBucket("assay")
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	env := append(o.Env[:len(o.Env):len(o.Env)], "AWS_ACCESS_KEY_ID=key", "AWS_SECRET_ACCESS_KEY=secret")
	c.Workers = make([]*Server, 2)
	for i, at := range []**Server{&c.API, &c.Workers[0], &c.Workers[1]} {
		data := filepath.Join(o.Dir, fmt.Sprintf("host-%d", i))
		file := filepath.Join(data, "key")
		if err := errors.Join(os.MkdirAll(data, 0o700), os.WriteFile(file, []byte(base64.StdEncoding.EncodeToString(key)+"\n"), 0o600)); err != nil {
			return err
		}
		roles := "worker"
		if i == 0 {
			roles = "api,scheduler"
		}
		c.processes = append(c.processes, process{Options{Binary: o.Binary, Data: data, Database: o.Database, Roles: roles, Env: env,
			Args: append([]string{"--key-file", file, "--blobs", c.Bucket.Address()}, o.Args...)}, at})
	}
	return nil
}

// Processes is how many there are; 0 is the one with the API.
func (c *Cluster) Processes() int { return len(c.processes) }

// Server is one of the processes.
func (c *Cluster) Server(i int) *Server { return *c.processes[i].server }

// Start starts a process, or starts it again at the address that it had.
func (c *Cluster) Start(ctx context.Context, i int) error {
	p := &c.processes[i]
	if err := os.MkdirAll(p.options.Data, 0o700); err != nil {
		return err
	}
	server, err := Start(ctx, p.options)
	if err != nil {
		return err
	}
	p.options.Listen = server.URL[len("http://"):]
	*p.server = server
	return nil
}

// With starts a process again with further arguments, this time and from now on.
func (c *Cluster) With(ctx context.Context, i int, args ...string) error {
	if err := c.Server(i).Stop(); err != nil {
		return err
	}
	o := &c.processes[i].options
	o.Args = append(o.Args[:len(o.Args):len(o.Args)], args...)
	return c.Start(ctx, i)
}

// SetUp makes the administrator.
func (c *Cluster) SetUp(ctx context.Context) error {
	link, err := c.API.SetupLink(ctx)
	if err != nil {
		return err
	}
	return c.Client.SetUp(ctx, link)
}

// Close stops all processes and the bucket.
func (c *Cluster) Close() error {
	var all error
	for i := range c.processes {
		if s := c.Server(i); s != nil && !s.Ended() {
			all = errors.Join(all, s.Stop())
		}
	}
	if c.Bucket != nil {
		c.Bucket.Close()
	}
	return all
}

// Log is what all processes wrote.
func (c *Cluster) Log() string {
	text := ""
	for i := range c.processes {
		if s := c.Server(i); s != nil {
			text += fmt.Sprintf("--- process %d\n%s", i, s.Log())
		}
	}
	return text
}

// Bucket is an S3-compatible bucket in memory that can be told to fail.
type Bucket struct {
	*httptest.Server
	Failing  atomic.Bool // every request is answered with an error
	Requests atomic.Int64
	name     string
}

// StartBucket starts a server with one empty bucket.
func StartBucket(name string) *Bucket {
	backend := s3mem.New()
	_ = backend.CreateBucket(name) // a new server has none of the name
	fake := gofakes3.New(backend, gofakes3.WithLogger(gofakes3.StdLog(stdlog.New(io.Discard, "", 0)))).Server()
	b := &Bucket{name: name}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.Requests.Add(1)
		if b.Failing.Load() {
			http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
			return
		}
		fake.ServeHTTP(w, r)
	}))
	return b
}

// Address is the bucket's, as the server's --blobs takes it.
func (b *Bucket) Address() string {
	return "s3://" + b.name + "?endpoint=" + b.URL + "&region=us-east-1&path-style=true"
}
