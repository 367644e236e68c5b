package app

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/assay-sca/assay/internal/blob"
	"github.com/assay-sca/assay/internal/codec/scandoc"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/store"
)

// Push is an inventory that was made elsewhere.
type Push struct {
	Project string
	Ref     string    // the branch or tag that it is of; empty: what the document says, else "main"
	Commit  string    // empty: what the document says
	Body    io.Reader // what `assay scan -o json` wrote
	Size    int64     // of the body in bytes, as far as is known; 0: it is not
}

// Upload is a pushed inventory as its blob has it. It holds nothing of when and by
// whom it was made: equal inventories are one blob. It is in Go's own encoding, which
// takes a quarter of JSON's time to read, and packed quickly.
type Upload struct {
	Inventory inventory.Inventory
	Files     []inventory.FileCoverage
	Notices   []string
}

// PushScan stores an inventory and starts the scan that matches it. The document
// is checked first: errs.Invalid says what is wrong at which place,
// errs.TooLarge which bound it exceeds.
func (a *App) PushScan(ctx context.Context, who Actor, in Push) (store.Scan, error) {
	p, err := projectFor(ctx, a.Store, who, in.Project, Developer, ScopeScan)
	if err != nil {
		return store.Scan{}, err
	}
	if p.Archived {
		return store.Scan{}, errs.E(errs.Conflict, "the project is archived: it is not scanned")
	}
	digest, err := a.takeIn(ctx, &in)
	if err != nil {
		return store.Scan{}, err
	}
	// All take the head of the audit log: they wait here, not with a connection each.
	select {
	case a.entering <- struct{}{}:
		defer func() { <-a.entering }()
	case <-ctx.Done():
		return store.Scan{}, ctx.Err()
	}
	var s store.Scan
	return s, a.Store.Tx(ctx, func(tx store.Store) (err error) {
		s, err = a.enterScan(ctx, tx, who, store.Scan{
			OrganisationID: p.Organisation, ProjectID: p.ID, Trigger: store.TriggerPush, Ref: in.Ref, Commit: in.Commit, Upload: digest, Stage: store.StageCompare,
		})
		return err
	})
}

// believedPush bounds for how many bytes room is made before a document is there:
// somebody may say more than he sends. largePush is the size in bytes from which a
// document is a large one, and largePushes how many of those are taken in at once: while
// it is read a document takes several times its size of memory, which whoever may push
// must not exhaust.
const (
	believedPush = 1 << 20
	largePush    = 4 << 20
	largePushes  = 2
)

// takeIn reads, checks and stores what is pushed.
func (a *App) takeIn(ctx context.Context, in *Push) (digest string, err error) {
	var data bytes.Buffer
	data.Grow(int(min(max(in.Size, 0), believedPush)) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(in.Body, largePush)); err != nil {
		return "", err
	}
	if data.Len() == largePush {
		select {
		case a.large <- struct{}{}:
			defer func() { <-a.large }()
		case <-ctx.Done():
			return "", ctx.Err()
		}
		if _, err := data.ReadFrom(io.LimitReader(in.Body, int64(scandoc.DefaultLimits().Bytes)+1-largePush)); err != nil {
			return "", err
		}
	}
	doc, err := readPush(data.Bytes(), in)
	if err != nil {
		return "", err
	}
	u := Upload{doc.Inventory, doc.Files, doc.Notices}
	digest, size, err := writeUpload(ctx, a.Blobs, u)
	if err == nil {
		a.Uploads.keep(digest, u, size, a.now())
	}
	return digest, err
}

// readPush reads the document and settles what it is of.
func readPush(data []byte, in *Push) (scandoc.Document, error) {
	doc, err := scandoc.Read(data, scandoc.DefaultLimits())
	if err != nil {
		return doc, err
	}
	if in.Ref == "" {
		in.Ref = strings.TrimPrefix(doc.Ref, "refs/heads/")
	}
	if in.Ref == "" {
		in.Ref = "main"
	}
	if in.Commit == "" {
		in.Commit = doc.Commit
	}
	var faults Faults
	faults.Unless(goodRef(in.Ref), "ref", "is no name of a branch or tag")
	faults.Unless(len(in.Commit) <= 64 && goodRef(in.Commit), "commit", "is no commit id")
	return doc, faults.Err()
}

func writeUpload(ctx context.Context, blobs blob.Store, u Upload) (digest string, size int, err error) {
	var text bytes.Buffer
	if err := gob.NewEncoder(&text).Encode(u); err != nil {
		return "", 0, err
	}
	digest, _, err = blobs.Put(ctx, bytes.NewReader(store.PackQuick(text.Bytes())))
	return digest, text.Len(), err
}

// ReadUpload reads a pushed inventory from its blob.
func ReadUpload(ctx context.Context, blobs blob.Store, digest string) (Upload, error) {
	var u Upload
	r, err := blobs.Open(ctx, digest)
	if err != nil {
		return u, err
	}
	defer r.Close() //nolint:errcheck // read only
	data, err := io.ReadAll(r)
	if err != nil {
		return u, fmt.Errorf("read a pushed inventory: %w", err)
	}
	text, err := store.UnpackQuick(data)
	if err != nil {
		return u, err
	}
	if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&u); err != nil {
		return u, errs.E(errs.Damaged, "read a pushed inventory: %w", err)
	}
	return u, nil
}

// readBlob reads a blob of JSON.
func readBlob(ctx context.Context, blobs blob.Store, digest string, into any) error {
	r, err := blobs.Open(ctx, digest)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	if err := json.NewDecoder(r).Decode(into); err != nil {
		return errs.E(errs.Damaged, "read the blob %s: %w", digest, err)
	}
	return nil
}
