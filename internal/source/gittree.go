package source

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// maxTree bounds the listing of a hostile repository.
const maxTree = 5_000_000

// tree is the files of one commit as a file system: the listing is in memory, a
// file's content is fetched when it is opened.
type tree struct {
	nodes map[string]*node
	blobs *blobs
}

type node struct {
	name     string // base name
	mode     fs.FileMode
	size     int64
	object   string
	children []fs.DirEntry // of a folder
}

var (
	_ fs.ReadDirFS  = (*tree)(nil)
	_ fs.ReadLinkFS = (*tree)(nil)
)

// list reads the tree of a commit from git ls-tree as it comes: a hostile
// repository may list without end.
func (g git) list(ctx context.Context, what string) (*tree, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := g.command(ctx, "ls-tree", "-r", "-t", "-z", "-l", "--full-tree", "--end-of-options", what)
	stderr := bounded{max: 64 << 10}
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, g.failed(ctx, "ls-tree", "", err)
	}
	t, read := newTree(out, cmp.Or(g.maxRecords, maxTree))
	if read != nil {
		cancel()
	}
	if err := cmd.Wait(); err != nil && read == nil {
		read = g.failed(ctx, "ls-tree", stderr.String(), err)
	}
	return t, read
}

// maxRecord bounds a line of a listing: what a path may take of it.
const maxRecord = 64 << 10

// newTree reads the output of git ls-tree -r -t -z -l: records of
// "<mode> <type> <object> <size>\t<path>", at most so many.
func newTree(listing io.Reader, most int) (*tree, error) {
	t := &tree{nodes: map[string]*node{".": {name: ".", mode: fs.ModeDir}}}
	lines := bufio.NewScanner(listing)
	lines.Buffer(make([]byte, 4096), maxRecord)
	lines.Split(records)
	count := 0
	for lines.Scan() {
		if count++; count > most {
			return nil, errs.E(errs.TooLarge, "the repository has more than %d files and folders", most)
		}
		if err := t.add(lines.Text()); err != nil {
			return nil, err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, errs.E(errs.TooLarge, "the repository has a path of more than %d kB", maxRecord>>10)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	for _, n := range t.nodes {
		slices.SortFunc(n.children, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	}
	return t, nil
}

// records splits at zero bytes; bytes after the last are a listing cut short.
func records(data []byte, atEnd bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEnd && len(data) > 0 {
		return 0, nil, errors.New("the listing ends too early")
	}
	return 0, nil, nil
}

func (t *tree) add(record string) error {
	head, name, ok := strings.Cut(record, "\t")
	// A name in another encoding must not cost the rest; it is never opened by name.
	name = strings.ToValidUTF8(name, "\ufffd")
	fields := strings.Fields(head)
	if !ok || len(fields) != 4 || !fs.ValidPath(name) {
		return fmt.Errorf("unexpected line %.100q", record)
	}
	n := &node{name: path.Base(name), object: fields[2]}
	switch fields[0] {
	case "100644", "100755", "100664":
	case "120000":
		n.mode = fs.ModeSymlink
	default:
		return nil // a submodule: another repository
	}
	n.size, _ = strconv.ParseInt(fields[3], 10, 64)
	t.put(name, n)
	return nil
}

// put enters a node and the folders above it.
func (t *tree) put(name string, n *node) {
	if t.nodes[name] != nil {
		return
	}
	t.nodes[name] = n
	for {
		above := path.Dir(name)
		folder, known := t.nodes[above]
		if !known {
			folder = &node{name: path.Base(above), mode: fs.ModeDir}
			t.nodes[above] = folder
		}
		folder.children = append(folder.children, fs.FileInfoToDirEntry(info{n}))
		if known {
			return
		}
		name, n = above, folder
	}
}

// ReadDir lists a folder.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, ok := t.nodes[name]
	if !ok || !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	return n.children, nil
}

// Open opens a file. Links are not followed: in a tree that is not checked out
// they are only text.
func (t *tree) Open(name string) (fs.File, error) {
	n, ok := t.nodes[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if n.mode&fs.ModeSymlink != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errLink}
	}
	if n.mode.IsDir() {
		return &file{node: n}, nil
	}
	return &file{node: n, blobs: t.blobs}, nil
}

// Lstat describes a file, folder or link.
func (t *tree) Lstat(name string) (fs.FileInfo, error) {
	n, ok := t.nodes[name]
	if !ok {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	return info{n}, nil
}

// ReadLink says no: see Open.
func (t *tree) ReadLink(name string) (string, error) {
	return "", &fs.PathError{Op: "readlink", Path: name, Err: errLink}
}

var errLink = errors.New("a link of a repository is not followed")

// info describes a node.
type info struct{ *node }

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.mode.IsDir() }
func (i info) Sys() any           { return nil }

// file is an opened node; its content is fetched with the first Read, so that the
// caller can refuse it by its size.
type file struct {
	node    *node
	blobs   *blobs
	content io.Reader
}

func (f *file) Stat() (fs.FileInfo, error) { return info{f.node}, nil }
func (f *file) Close() error               { return nil }

func (f *file) Read(p []byte) (int, error) {
	if f.blobs == nil {
		return 0, errors.New("is a directory")
	}
	if f.content == nil {
		data, err := f.blobs.read(f.node.object, f.node.size)
		if err != nil {
			return 0, err
		}
		f.content = bytes.NewReader(data)
	}
	return f.content.Read(p)
}

// blobs asks one git cat-file process for contents, one at a time.
type blobs struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	cancel context.CancelFunc
}

func (g git) startBlobs(ctx context.Context) (*blobs, error) {
	ctx, cancel := context.WithCancel(ctx)
	b := &blobs{cmd: g.command(ctx, "cat-file", "--batch"), cancel: cancel}
	in, err := b.cmd.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	b.in, b.out = in, bufio.NewReaderSize(out, 64<<10)
	if err := b.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	return b, nil
}

// read fetches one object, whose size the listing has told: "<object> blob
// <size>\n", the content, "\n".
func (b *blobs) read(object string, size int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := io.WriteString(b.in, object+"\n"); err != nil {
		return nil, fmt.Errorf("ask git for an object: %w", err)
	}
	line, err := b.out.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("read an object from git: %w", err)
	}
	if want := fmt.Sprintf("%s blob %d\n", object, size); line != want {
		return nil, fmt.Errorf("git does not have the object: %s", strings.TrimSpace(line))
	}
	data := make([]byte, size+1)
	if _, err := io.ReadFull(b.out, data); err != nil {
		return nil, fmt.Errorf("read an object from git: %w", err)
	}
	return data[:size], nil
}

func (b *blobs) stop() error {
	err := b.in.Close()
	b.cancel()
	_ = b.cmd.Wait() // it was told to end; how it did says nothing
	return err
}
