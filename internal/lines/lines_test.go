package lines_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/lines"
)

func TestReader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"one line without an end", "a", `1"a"`},
		{"an end is no line", "a\n", `1"a"`},
		{"empty lines count", "\na\n\nb", `1"" 2"a" 3"" 4"b"`},
		{"both ends", "a\r\nb\nc\r", `1"a" 2"b" 3"c"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			r := lines.New(tt.text)
			for line, ok := r.Next(); ok; line, ok = r.Next() {
				got = append(got, fmt.Sprintf("%d%q", r.Number(), line))
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
