package gather

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// lines is a feed whose files have an id and a text on each line; "!" is a line
// that cannot be used and "?" a file that cannot.
func lines() Kind {
	return Kind{
		Provider: func(id string) string { return strings.ToUpper(id[:1]) },
		Make: func(id string, pieces [][]byte) (advisory.Advisory, error) {
			if string(pieces[0]) == "bad" {
				return advisory.Advisory{}, errors.New("it is bad")
			}
			return advisory.Advisory{ID: id, Summary: string(bytes.Join(pieces, []byte("+")))}, nil
		},
		Files: fileset.Kind{
			Feed: "lines", What: "lines", MaxFile: 1 << 20,
			Wants: func(name string) bool { return strings.HasSuffix(name, ".txt") },
			Many: func(name string, r io.Reader, yield func(feed.Record) error) error {
				data, err := io.ReadAll(r)
				if err != nil {
					return err
				}
				for line := range strings.Lines(string(data)) {
					id, text, _ := strings.Cut(strings.TrimSpace(line), " ")
					record := Piece(name, id, []byte(text))
					switch id {
					case "!":
						record = feed.Record{Entry: name, Err: errors.New(text)}
					case "?":
						return errors.New(text)
					}
					if err := yield(record); err != nil {
						return err
					}
				}
				return nil
			},
		},
	}
}

// folder writes files "name: content".
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func one(t *testing.T, path string) feed.Set {
	t.Helper()
	sets, err := Sets(lines(), path)
	if err != nil || len(sets) != 1 {
		t.Fatalf("%d sets, error %v", len(sets), err)
	}
	return sets[0]
}

func TestEach(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
		fails bool
	}{
		"joined, sorted, none twice": {
			files: map[string]string{"b.txt": "x 2\ny 1\n", "a.txt": "x 3\nx 2\n", "c.txt": "x 1\nx 1\n"},
			want:  []string{"a.txt#x: X x 1+2+3", "b.txt#y: Y y 1"},
		},
		"what cannot be used": {
			files: map[string]string{"a.txt": "x 1\n! no\nx/y 1\nz bad\n"},
			want:  []string{"a.txt: no", "a.txt#x: X x 1", `a.txt#x/y: the id "x/y" is none`, "a.txt#z: it is bad"},
		},
		"a file that cannot be read": {files: map[string]string{"a.txt": "x 1\n", "b.txt": "? cut\n"}, fails: true},
		"nothing":                    {files: map[string]string{"a.txt": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			_, err := one(t, folder(t, test.files)).Each(t.Context(), func(r feed.Record) error {
				if r.Err != nil {
					got = append(got, fmt.Sprintf("%s: %v", r.Entry, r.Err))
				} else {
					got = append(got, fmt.Sprintf("%s: %s %s %s", r.Entry, r.Provider, r.Advisory.ID, r.Advisory.Summary))
				}
				return nil
			})
			if (err != nil) != test.fails {
				t.Errorf("error = %v", err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTooManyOfOne(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range maxOfOne + 1 {
		fmt.Fprintf(&text, "x %d\n", i)
	}
	var got error
	if _, err := one(t, folder(t, map[string]string{"a.txt": text.String()})).Each(t.Context(), func(r feed.Record) error {
		got = r.Err
		return nil
	}); err != nil || got == nil {
		t.Errorf("error of the set %v, of the record %v", err, got)
	}
}

// TestStopped: the consumer's own error ends all, as does its context.
func TestStopped(t *testing.T) {
	t.Parallel()
	set := one(t, folder(t, map[string]string{"a.txt": "! no\nx 1\ny 2\n"}))
	enough := errors.New("enough")
	for stop := 1; stop <= 3; stop++ {
		n := 0
		if _, err := set.Each(t.Context(), func(feed.Record) error {
			if n++; n == stop {
				return enough
			}
			return nil
		}); !errors.Is(err, enough) || n != stop {
			t.Errorf("at %d of %d: error = %v", n, stop, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := set.Each(ctx, func(feed.Record) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestExtra(t *testing.T) {
	t.Parallel()
	got, err := Extra(map[string]any{"b": []byte("x"), "a": map[string]int{"z": 1, "y": 2}})
	if want := `{"a":{"y":2,"z":1},"b":"eA=="}`; err != nil || string(got) != want {
		t.Errorf("Extra = %s, %v, want %s", got, err, want)
	}
	if got, err := Extra(nil); got != nil || err != nil {
		t.Errorf("Extra(nil) = %s, %v", got, err)
	}
}

func TestFromYAML(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: 1\nb: [x, ~, {c: \"q\\\"\"}]\n": `{"a":"1","b":["x",null,{"c":"q\""}]}`,
		"{}":                                `{}`,
		"- a":                               "",
		"a":                                 "",
		"":                                  "",
		"a: [":                              "",
	} {
		got, err := FromYAML([]byte(text))
		if string(got) != want || (err != nil) != (want == "") {
			t.Errorf("FromYAML(%q) = %s, %v", text, got, err)
		}
	}
	if _, err := FromYAML([]byte("- a")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("kind of %v", err)
	}
}
