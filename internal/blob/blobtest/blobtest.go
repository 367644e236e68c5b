// Package blobtest specifies what every store of blobs does, and starts a bucket
// for tests.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/errs"
)

// Bucket starts an S3 server in this process, with one empty bucket.
func Bucket(t *testing.T) blob.Bucket {
	t.Helper()
	memory := s3mem.New()
	if err := memory.CreateBucket("blobs"); err != nil {
		t.Fatal(err)
	}
	bucket := gofakes3.New(memory).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.ContentLength == 0 {
			r.Header.Set("Content-Length", "0") // net/http drops it, and the fake insists on it
		}
		bucket.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return blob.Bucket{Endpoint: server.URL, Name: "blobs", Prefix: "assay", PathStyle: true, AccessKey: "key", SecretKey: "secret", Retries: 1}
}

// Conformance runs the suite; open gives an empty store.
func Conformance(t *testing.T, open func(t *testing.T) blob.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, blob.Store){
		"keeps what is put":        keeps,
		"has no others":            absent,
		"stores nothing of a half": halves,
		"lists and deletes":        lists,
		"takes the same at once":   crowds,
		"can be checked":           checks,
		"ends with its context":    ends,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func put(t *testing.T, s blob.Store, content []byte) string {
	t.Helper()
	got, size, err := s.Put(t.Context(), bytes.NewReader(content))
	if err != nil || size != int64(len(content)) || got != digest(content) {
		t.Fatalf("put %d bytes: got %s, %d, error %v", len(content), got, size, err)
	}
	return got
}

func keeps(t *testing.T, s blob.Store) {
	for _, content := range [][]byte{nil, []byte("a"), bytes.Repeat([]byte("0123456789abcdef"), 1<<16), bytes.Repeat([]byte("large"), 1<<20)} {
		for range 2 { // again is no error
			put(t, s, content)
		}
		r, err := s.Open(t.Context(), digest(content))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes: got %d, error %v", len(content), len(got), err)
		}
	}
}

func absent(t *testing.T, s blob.Store) {
	put(t, s, []byte("another"))
	for _, name := range []string{digest([]byte("x")), "", "sha256:", "sha256:../../etc/passwd", "md5:00", "sha256:" + strings.Repeat("G", 64)} {
		if r, err := s.Open(t.Context(), name); errs.KindOf(err) != errs.NotFound {
			t.Errorf("open %q: got %v, error %v", name, r, err)
		}
		if err := s.Delete(t.Context(), name); err != nil {
			t.Errorf("delete %q: %v", name, err)
		}
	}
}

func halves(t *testing.T, s blob.Store) {
	broken := errors.New("gone")
	for _, n := range []int{0, 10, 3 << 20} {
		r := io.MultiReader(bytes.NewReader(make([]byte, n)), iotest.ErrReader(broken))
		if _, _, err := s.Put(t.Context(), r); !errors.Is(err, broken) || errs.KindOf(err) == errs.Unavailable {
			t.Errorf("after %d bytes: got error %v", n, err)
		}
	}
	if got := list(t, s); len(got) > 0 {
		t.Errorf("stored %v", got)
	}
}

func list(t *testing.T, s blob.Store) []string {
	t.Helper()
	var out []string
	if err := s.List(t.Context(), func(i blob.Info) error {
		if i.Stored.IsZero() {
			t.Errorf("%s has no time", i.Digest)
		}
		out = append(out, i.Digest)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func lists(t *testing.T, s blob.Store) {
	want := []string{put(t, s, []byte("a")), put(t, s, []byte("b")), put(t, s, []byte("c"))}
	slices.Sort(want)
	if diff := cmp.Diff(want, list(t, s)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	stop := errors.New("stop")
	if err := s.List(t.Context(), func(blob.Info) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got error %v", err)
	}
	if err := s.Delete(t.Context(), want[0]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], list(t, s)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func crowds(t *testing.T, s blob.Store) {
	content := bytes.Repeat([]byte("x"), 100_000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, _, err := s.Put(t.Context(), bytes.NewReader(content)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if diff := cmp.Diff([]string{digest(content)}, list(t, s)); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func checks(t *testing.T, s blob.Store) {
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if got := list(t, s); len(got) > 0 {
		t.Errorf("the check left %v", got)
	}
}

func ends(t *testing.T, s blob.Store) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := s.Put(ctx, strings.NewReader("late")); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}
