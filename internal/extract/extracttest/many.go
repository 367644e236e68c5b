package extracttest

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/extract"
)

// Pattern makes files of a format of any size, all of them different. It is read
// from the testdata/many.tmpl of the format's folder:
//
//	@@file package.json
//	{"dependencies": {
//	@@each ,
//	  "lib-@@n": "^@@v"
//	@@end
//	}}
//
// The first line has the paths that such a file may have. What stands between
// @@each and @@end is repeated, with what follows @@each between two entries. In
// it @@n is the number of the entry, @@v its version, @@m and @@w those of an
// entry before it (or the first itself), @@40, @@43, @@64 and @@512 a hash of so
// many letters (@@512: base64 of so many bits), @@uuid a UUID.
type Pattern struct {
	Paths []string
	lines []string
}

// PatternName is the name of a pattern's file.
const PatternName = "many.tmpl"

// ReadPattern reads the pattern of a format from its folder.
func ReadPattern(leaf string) (*Pattern, error) {
	data, err := os.ReadFile(filepath.Join(leaf, "testdata", PatternName))
	if err != nil {
		return nil, err
	}
	head, rest, _ := strings.Cut(string(data), "\n")
	paths, ok := strings.CutPrefix(head, "@@file ")
	if !ok {
		return nil, errors.New("the first line of " + PatternName + " names no file")
	}
	return &Pattern{strings.Fields(paths), strings.SplitAfter(rest, "\n")}, nil
}

// LeafFolder is the folder of a format's package, relative to the module's root.
func LeafFolder(e extract.Extractor) string {
	_, inside, _ := strings.Cut(reflect.TypeOf(e).PkgPath(), "/internal/")
	return filepath.Join("internal", filepath.FromSlash(inside))
}

// Path is the first of the pattern's paths that the format wants.
func (p *Pattern) Path(e extract.Extractor) (string, error) {
	for _, path := range p.Paths {
		if e.Wants(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s does not want any of %q", e.Format().Name, p.Paths)
}

// File writes a file with n entries, numbered from first.
func (p *Pattern) File(first, n int) []byte {
	var out bytes.Buffer
	for i := 0; i < len(p.lines); i++ {
		between, ok := strings.CutPrefix(p.lines[i], "@@each")
		if !ok {
			out.WriteString(p.lines[i])
			continue
		}
		end := i + 1
		for end < len(p.lines) && !strings.HasPrefix(p.lines[end], "@@end") {
			end++
		}
		repeat(&out, strings.Join(p.lines[i+1:end], ""), strings.TrimSpace(between), first, n)
		i = end
	}
	return out.Bytes()
}

// Sized writes a file of at least so many bytes.
func (p *Pattern) Sized(size int) []byte {
	const sample = 1000
	data := p.File(1, sample)
	if len(data) < size {
		data = p.File(1, sample*size/len(data)+sample)
	}
	return data
}

// DenseSize is the least size of the files by which throughput and memory are
// measured.
const DenseSize = 1 << 20

// Memory is what the result of reading a file keeps alive, and what reading it
// allocates in all, as multiples of the file. Nothing else may run meanwhile.
func Memory(e extract.Extractor, in extract.Input) (held, allocated float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	file, _ := e.Extract(context.Background(), in) // a fault is no matter here
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(file)
	runtime.KeepAlive(in)
	size := float64(len(in.Data))
	return max(0, float64(after.HeapAlloc)-float64(before.HeapAlloc)) / size, float64(after.TotalAlloc-before.TotalAlloc) / size
}

func repeat(out *bytes.Buffer, entry, between string, first, n int) {
	for i := range n {
		if i > 0 && between != "" {
			out.Truncate(out.Len() - 1)
			out.WriteString(between + "\n")
		}
		_, _ = filling(first, i).WriteString(out, entry) // a buffer takes everything
	}
}

func filling(first, i int) *strings.Replacer {
	n, m := first+i, first+i/2
	sum := sha512.Sum512([]byte(strconv.Itoa(n)))
	digits, letters := hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])
	return strings.NewReplacer("@@n", strconv.Itoa(n), "@@v", versionOf(n), "@@m", strconv.Itoa(m), "@@w", versionOf(m),
		"@@40", digits[:40], "@@43", letters[:43], "@@64", digits[:64], "@@512", letters,
		"@@uuid", strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]}, "-"))
}

func versionOf(n int) string { return fmt.Sprintf("1.%d.%d", n%7, n%11) }
