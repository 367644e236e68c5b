package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/assay-sca/assay/internal/errs"
)

// Bucket says where an S3-compatible bucket is and with what it is used.
type Bucket struct {
	Endpoint  string // such as https://s3.example.org
	Name      string
	Prefix    string // of all keys; empty: none
	Region    string // empty: us-east-1
	PathStyle bool   // the bucket in the path, not in the host's name
	AccessKey string
	SecretKey string
	Session   string            // of temporary credentials
	Transport http.RoundTripper // nil: the library's
	Retries   int               // 0: 3
}

// ParseBucket reads a bucket's address:
// s3://NAME/PREFIX?endpoint=https://s3.example.org&region=eu-1&path-style=true.
// Credentials are not part of it.
func ParseBucket(address string) (Bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return Bucket{}, errs.E(errs.Invalid, "a bucket's address is s3://NAME/PREFIX?endpoint=URL&region=NAME&path-style=true, without credentials")
	}
	b := Bucket{Name: u.Host, Prefix: strings.Trim(u.Path, "/")}
	for name, values := range u.Query() {
		switch name {
		case "endpoint":
			b.Endpoint = values[0]
		case "region":
			b.Region = values[0]
		case "path-style":
			b.PathStyle = values[0] == "true"
		default:
			return Bucket{}, errs.E(errs.Invalid, "a bucket's address has endpoint, region and path-style, not %q", name)
		}
	}
	if b.Endpoint == "" {
		return Bucket{}, errs.E(errs.Invalid, "a bucket's address needs its endpoint: s3://%s?endpoint=https://s3.example.org", b.Name)
	}
	return b, nil
}

// S3 keeps blobs as objects of a bucket.
type S3 struct {
	client minio.Core
	bucket string
	prefix string
}

var _ Store = (*S3)(nil)

// NewS3 uses a bucket. It does not speak to it yet: see Check.
func NewS3(b Bucket) (*S3, error) {
	u, err := url.Parse(b.Endpoint)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errs.E(errs.Invalid, "the endpoint of a bucket is a URL such as https://s3.example.org")
	}
	lookup := minio.BucketLookupAuto
	if b.PathStyle {
		lookup = minio.BucketLookupPath
	}
	if b.Region == "" {
		b.Region = "us-east-1"
	}
	if b.Retries == 0 {
		b.Retries = 3
	}
	client, err := minio.NewCore(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, b.Session), Secure: u.Scheme == "https",
		Region: b.Region, BucketLookup: lookup, Transport: b.Transport, MaxRetries: b.Retries,
	})
	if err != nil {
		return nil, errs.E(errs.Invalid, "use the bucket %s: %w", b.Name, err)
	}
	return &S3{*client, b.Name, b.Prefix}, nil
}

func (s *S3) key(digits string) string { return path.Join(s.prefix, "sha256", digits) }

// small is how many bytes of a blob are kept in memory until its digest, which is
// its name, is known; larger ones wait in a temporary file.
const small = 1 << 20

// Put stores what r gives. Storing again what is there makes it young again.
func (s *S3) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	waiting, err := spool(ended{ctx, r})
	if err != nil {
		return "", 0, err
	}
	defer waiting.discard()
	digits, err := hexOf(waiting.digest)
	if err != nil {
		return "", 0, err
	}
	// One request whatever the size, signed with the digest that is known anyway.
	_, err = s.client.PutObject(ctx, s.bucket, s.key(digits), waiting.body, waiting.size, "", digits,
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true})
	return waiting.digest, waiting.size, s.failed(ctx, err, "store a blob")
}

type spooled struct {
	body   io.Reader
	size   int64
	digest string
	file   *os.File
}

func spool(r io.Reader) (*spooled, error) {
	hash := sha256.New()
	r = io.TeeReader(r, hash)
	var head bytes.Buffer
	n, err := io.Copy(&head, io.LimitReader(r, small))
	if err != nil {
		return nil, fmt.Errorf("read what is to be stored: %w", err)
	}
	if n < small {
		return &spooled{body: bytes.NewReader(head.Bytes()), size: n, digest: digestOf(hash)}, nil
	}
	file, err := os.CreateTemp("", "assay-blob-")
	if err != nil {
		return nil, errs.E(errs.Unavailable, "store a blob: %w", err)
	}
	out := &spooled{body: file, file: file}
	to := &faultyWriter{w: file}
	out.size, err = io.Copy(to, io.MultiReader(&head, r))
	if to.err == nil && err == nil {
		_, to.err = file.Seek(0, io.SeekStart)
	}
	if to.err != nil {
		out.discard()
		return nil, errs.E(errs.Unavailable, "store a blob: %w", to.err)
	}
	if err != nil {
		out.discard()
		return nil, fmt.Errorf("read what is to be stored: %w", err)
	}
	out.digest = digestOf(hash)
	return out, nil
}

func (s *spooled) discard() {
	if s.file != nil {
		s.file.Close()           //nolint:errcheck // it is removed
		os.Remove(s.file.Name()) //nolint:errcheck // the system tidies its temporary folder
	}
}

// Open reads a blob.
func (s *S3) Open(ctx context.Context, digest string) (io.ReadCloser, error) {
	digits, err := hexOf(digest)
	if err != nil {
		return nil, err
	}
	body, _, _, err := s.client.GetObject(ctx, s.bucket, s.key(digits), minio.GetObjectOptions{})
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, errs.E(errs.NotFound, "there is no blob %s", digest)
	}
	if err != nil {
		return nil, s.failed(ctx, err, "read a blob")
	}
	return check(body, digest), nil
}

// Delete removes a blob.
func (s *S3) Delete(ctx context.Context, digest string) error {
	digits, err := hexOf(digest)
	if err != nil {
		return nil //nolint:nilerr // what cannot be there need not be removed
	}
	return s.failed(ctx, s.client.RemoveObject(ctx, s.bucket, s.key(digits), minio.RemoveObjectOptions{}), "remove a blob")
}

// List yields every blob.
func (s *S3) List(ctx context.Context, yield func(Info) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends the listing when yield fails
	for object := range s.client.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.key("") + "/", Recursive: true}) {
		if object.Err != nil {
			return s.failed(ctx, object.Err, "list blobs")
		}
		digest := scheme + path.Base(object.Key)
		if _, err := hexOf(digest); err != nil {
			continue
		}
		if err := yield(Info{Digest: digest, Size: object.Size, Stored: object.LastModified.UTC()}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Check writes and removes an object.
func (s *S3) Check(ctx context.Context) error {
	key := path.Join(s.prefix, "check")
	_, err := s.client.Client.PutObject(ctx, s.bucket, key, strings.NewReader("ok"), 2, minio.PutObjectOptions{})
	if err == nil {
		err = s.client.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{})
	}
	return s.failed(ctx, err, "use the bucket")
}

// failed is an error of the bucket's: whatever it says, the same may succeed later.
func (s *S3) failed(ctx context.Context, err error, doing string) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return errs.E(errs.Unavailable, "%s: %w", doing, err)
}
