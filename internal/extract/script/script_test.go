package script_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/extract/script"
)

func TestLexer(t *testing.T) {
	t.Parallel()
	swift := script.Syntax{Comments: []string{"//"}, Blocks: [][2]string{{"/*", "*/"}}, Quotes: `"`, Triple: true, Inserts: `\(`}
	lua := script.Syntax{Comments: []string{"--"}, Blocks: [][2]string{{"--[[", "]]"}}, Quotes: `"'`, Brackets: true}
	tests := []struct {
		name, text, want string
		syntax           script.Syntax
	}{
		{"swift", "a.b(\"c\\(d)\", \"e\") // f\n/* g\n*/ \"\"\"\nh\"\"\"", `1:a 1:. 1:b 1:( 1:?"c\(d)" 1:, 1:"e" 1:) 3:"` + "\nh" + `"`, swift},
		{"lua", "a = [==[b]]\n]==] --[[ c\n]] d['e'] -- f", "1:a 1:= 1:\"b]]\n\" 3:d 3:[ 3:\"e\" 3:]", lua},
		{"string without an end", "a \"b", `1:a 1:?"" line 1: a string does not end`, swift},
		{"comment without an end", "a\n/* b", `1:a line 2: a comment does not end`, swift},
		{"long string without an end", "[[ b", `1:?"" line 1: a string does not end`, lua},
		{"string over lines", "\"b\n\"", `1:?"" line 1: a string does not end`, swift},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := script.New(tt.text, tt.syntax)
			var got []string
			for k := l.Next(); k.Kind != script.End; k = l.Next() {
				text := k.Text
				if k.Kind == script.Text {
					text = `"` + text + `"`
					if !k.Literal {
						text = "?" + text
					}
				}
				got = append(got, fmt.Sprintf("%d:%s", k.Line, text))
			}
			if err := l.Err(); err != nil {
				got = append(got, err.Error())
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
