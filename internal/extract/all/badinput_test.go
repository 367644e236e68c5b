package all

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/inventory"
)

// What is here holds for every format, by way of the walker: a bad file beside
// an intact one is in the ledger, with its line, and the intact one is read.

// seen is what became of the bad file.
type seen struct {
	Entry inventory.FileCoverage
	Found []string // its dependencies, a line each
}

// scan reads a tree of the bad content, where the format's files stand, and an
// intact file of another format.
func scan(t *testing.T, format string, content []byte) seen {
	t.Helper()
	bad := "bad/" + makers()[format].path
	intact, list := "intact/requirements.txt", "whole==1.0\n"
	if format == "requirements" {
		intact, list = "intact/yarn.lock", "# yarn lockfile v1\n\n\nwhole@^1.0:\n  version \"1.0\"\n"
	}
	tree := fstest.MapFS{bad: &fstest.MapFile{Data: content}, intact: &fstest.MapFile{Data: []byte(list)}}
	began := time.Now()
	r, err := extract.Run(t.Context(), tree, extract.Options{Extractors: Extractors(), Limits: extract.DefaultLimits()})
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
	if err != nil {
		t.Fatal(err)
	}
	var s seen
	whole := false
	for _, e := range r.Ledger {
		switch e.Path {
		case bad:
			s.Entry = e
		case intact:
			whole = e.Status == inventory.Read
		}
	}
	for _, u := range r.Inventory.Units {
		for _, o := range u.Occurrences {
			c := r.Inventory.Components[o.Component]
			whole = whole && (u.Path != intact || c.Name == "whole")
			if u.Path != intact {
				s.Found = append(s.Found, fmt.Sprintf("%s %s %v line %d direct %t %s %q", c.Name, c.Version, c.Origin, o.Line, o.Direct, o.Scope, o.Declared))
			}
		}
	}
	if !whole {
		t.Errorf("the intact file was not read: %+v", r.Ledger)
	}
	if s.Entry.Path == "" {
		t.Errorf("the bad file is not in the ledger")
	}
	return s
}

// forEach runs a test for each format that has a maker; TestMakers names those
// that have none.
func forEach(t *testing.T, test func(t *testing.T, format string, m maker)) {
	t.Helper()
	all := makers()
	for _, e := range Extractors() {
		name := e.Format().Name
		m, ok := all[name]
		if !ok {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, name, m)
		})
	}
}

func seedOf(t *testing.T, m maker) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(m.seed)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// failsAt checks that the bad file has failed, at a line from first to last, for
// a reason with words in it.
func (s seen) failsAt(t *testing.T, what string, first, last int, words string) {
	t.Helper()
	e := s.Entry
	if e.Status != inventory.Failed || e.Line < first || e.Line > last || !strings.Contains(e.Reason, words) {
		t.Errorf("%s: %s on line %d: %q; want a failure with %q on line %d to %d", what, e.Status, e.Line, e.Reason, words, first, last)
	}
}

// TestBadInputEncodings: byte-order marks, Windows' line ends and UTF-16 change
// nothing, not even a line.
func TestBadInputEncodings(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, format string, m maker) {
		seed := seedOf(t, m)
		want := scan(t, format, seed)
		crlf := bytes.ReplaceAll(seed, []byte("\n"), []byte("\r\n"))
		for name, content := range map[string][]byte{
			"UTF-8 with a mark":    append([]byte("\xef\xbb\xbf"), seed...),
			"CRLF":                 crlf,
			"UTF-16 little endian": utf16With(binary.LittleEndian, seed),
			"UTF-16 big endian":    utf16With(binary.BigEndian, seed),
			"CRLF in UTF-16":       utf16With(binary.LittleEndian, crlf),
		} {
			if diff := cmp.Diff(want, scan(t, format, content)); diff != "" {
				t.Errorf("%s: differs from the plain file (-plain +this):\n%s", name, diff)
			}
		}
		if len(want.Found) == 0 && want.Entry.Status != inventory.Read {
			t.Errorf("the seed shows nothing: %+v", want.Entry)
		}
	})
}

func utf16With(order binary.AppendByteOrder, text []byte) []byte {
	var data []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + string(text))) {
		data = order.AppendUint16(data, unit)
	}
	return data
}

// TestBadInputNotTheFile: what is no text of any format says what it is.
func TestBadInputNotTheFile(t *testing.T) {
	t.Parallel()
	forEach(t, func(t *testing.T, format string, m maker) {
		lines := strings.SplitAfter(string(seedOf(t, m)), "\n")
		at := len(lines) / 2
		before, after := strings.Join(lines[:at], ""), strings.Join(lines[at:], "")
		scan(t, format, []byte(before+"# caf\xe9\n"+after)).failsAt(t, "Latin-1", at+1, at+1, "not UTF-8 text")
		scan(t, format, []byte(before+"\x00\n"+after)).failsAt(t, "binary", at+1, at+1, "binary data")
		for _, mark := range []string{
			"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\n",
			"<<<<<<< HEAD\na\n||||||| base\nc\n=======\nb\n>>>>>>> topic\n",
			"<<<<<<< HEAD\na\n=======\n",
			">>>>>>> topic\n",
		} {
			scan(t, format, []byte(before+mark+after)).failsAt(t, mark, at+1, at+1, "merge conflict")
		}
		lfs := "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
		scan(t, format, []byte(lfs)).failsAt(t, "Git LFS", 0, 0, "`git lfs pull`")
	})
}
