package directive_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/golang/directive"
)

func TestRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", nil},
		{"a line with a comment", "go 1.22 // why", []string{`1: go ["1.22"] " why"`}},
		{"a comment ends a word", "go 1.22//why", []string{`1: go ["1.22"] "why"`}},
		{"a comment alone", "// why\n\n", nil},
		{"a block", "use ( // all\n\t./a\n\n\t// b\n\t./b // b\n) // end\ngo 1.22\n",
			[]string{`2: use ["./a"] ""`, `5: use ["./b"] " b"`, `7: go ["1.22"] ""`}},
		{"an empty block", "use ()\ngo 1.22", []string{`2: go ["1.22"] ""`}},
		{"no block", "retract ( a )", []string{`1: retract ["(" "a" ")"] ""`}},
		{"punctuation", "retract [v1, v2]", []string{`1: retract ["[" "v1" "," "v2" "]"] ""`}},
		{"quotes", "use \"a // \\\"b\" `c d`", []string{`1: use ["a // \"b" "c d"] ""`}},
		{"ends of lines", "a b\r\nc\r\n", []string{`1: a ["b"] ""`, `2: c [] ""`}},
		{"an open quote", "use \"a\ngo 1.22", []string{"1: a quoted word has no end", `2: go ["1.22"] ""`}},
		{"a quote in a word", "use a'b", []string{`1: a quote in the word "a'b"`}},
		{"another comment", "use a/* b */", []string{`1: unexpected "/*"`}},
		{"a control character", "use \x01", []string{`1: unexpected "\x01"`}},
		{"after a block", "use (\n) a", []string{"2: text after the closing parenthesis"}},
		{"no end", "\nuse (\n a\n", []string{`3: use ["a"] ""`, `line 3: the "use" block that starts on line 2 has no end`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var file extract.File
			var got []string
			err := directive.Read(tt.text, &file, func(d directive.Directive) {
				got = append(got, fmt.Sprintf("%d: %s %q %q", d.Line, d.Verb, d.Args, d.Comment))
			})
			for _, p := range file.Problems {
				fault := fmt.Sprintf("%d: %s", p.Line, p.Message)
				if strings.Join(got, "") != "" && p.Line == 1 {
					got = append([]string{fault}, got...)
				} else {
					got = append(got, fault)
				}
			}
			if err != nil {
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
