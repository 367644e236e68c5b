package blob_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/blob/blobtest"
	"github.com/assay-sca/assay/internal/errs"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	blobtest.Conformance(t, func(t *testing.T) blob.Store { return folder(t, t.TempDir()) })
}

func TestS3(t *testing.T) {
	t.Parallel()
	blobtest.Conformance(t, func(t *testing.T) blob.Store { return s3(t, blobtest.Bucket(t)) })
}

func folder(t *testing.T, dir string) *blob.Folder {
	t.Helper()
	s, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func s3(t *testing.T, b blob.Bucket) *blob.S3 {
	t.Helper()
	s, err := blob.NewS3(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := folder(t, dir)
	digest, _, err := s.Put(t.Context(), strings.NewReader("as it was"))
	if err != nil {
		t.Fatal(err)
	}
	digits := strings.TrimPrefix(digest, "sha256:")
	if err := os.WriteFile(filepath.Join(dir, digits[:2], digits), []byte("as it is!"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadAll(r); errs.KindOf(err) != errs.Damaged {
		t.Errorf("got error %v", err)
	}
}

// TestNoRoom uses a folder that became a file: nothing can be written, whoever runs
// the test.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := folder(t, dir)
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, _, put := s.Put(t.Context(), strings.NewReader("x"))
	for name, err := range map[string]error{"put": put, "check": s.Check(t.Context())} {
		if errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func TestFailingBucket(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(server.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, endpoint := range map[string]string{"answers with errors": server.URL, "does not answer": gone.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s3(t, blob.Bucket{Endpoint: endpoint, Name: "blobs", PathStyle: true, AccessKey: "k", SecretKey: "s", Retries: 1})
			digest := "sha256:" + strings.Repeat("0", 64)
			_, _, small := s.Put(t.Context(), strings.NewReader("x"))
			_, _, large := s.Put(t.Context(), bytes.NewReader(make([]byte, 2<<20)))
			_, open := s.Open(t.Context(), digest)
			for name, err := range map[string]error{
				"put": small, "put much": large, "open": open, "delete": s.Delete(t.Context(), digest), "check": s.Check(t.Context()),
				"list": s.List(t.Context(), func(blob.Info) error { return nil }),
			} {
				if errs.KindOf(err) != errs.Unavailable {
					t.Errorf("%s: got error %v", name, err)
				}
			}
		})
	}
}

func TestParseBucket(t *testing.T) {
	t.Parallel()
	got, err := blob.ParseBucket("s3://blobs/of/assay?endpoint=https://s3.example.org&region=eu-1&path-style=true")
	want := blob.Bucket{Endpoint: "https://s3.example.org", Name: "blobs", Prefix: "of/assay", Region: "eu-1", PathStyle: true}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, mismatch (-want +got):\n%s", err, diff)
	}
	for _, address := range []string{"", "blobs", "s3://", "s3://blobs", "s3://a:b@blobs?endpoint=https://s3.example.org", "s3://blobs?endpoint=https://s3.example.org&key=x", "https://s3.example.org/blobs", "s3://%zz"} {
		if b, err := blob.ParseBucket(address); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: got %v, error %v", address, b, err)
		}
	}
	for _, endpoint := range []string{"", "s3.example.org", "ftp://s3.example.org", "https://"} {
		if _, err := blob.NewS3(blob.Bucket{Endpoint: endpoint, Name: "blobs"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: got error %v", endpoint, err)
		}
	}
}
