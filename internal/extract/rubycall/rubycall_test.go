package rubycall_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/extract/rubycall"
)

func render(r *rubycall.Reader) string {
	var b strings.Builder
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		if c.Close {
			b.WriteString("} ")
			continue
		}
		if c.Receiver != "" {
			b.WriteString(c.Receiver + ".")
		}
		b.WriteString(c.Name)
		if c.Assigned {
			b.WriteString("=")
		}
		b.WriteString(values(c.Args))
		if c.Opens {
			b.WriteString("{")
		}
		b.WriteString(" ")
	}
	return strings.TrimSpace(b.String())
}

func values(list []rubycall.Value) string {
	var all []string
	for _, v := range list {
		s := "?"
		switch {
		case v.List:
			s = values(v.Items)
		case v.Literal:
			s = v.Text
		}
		if v.Key != "" {
			s = v.Key + ":" + s
		}
		all = append(all, s)
	}
	return "(" + strings.Join(all, ",") + ")"
}

func TestReader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, script, want string }{
		{"strings", `gem "a", '~> 1', "b#{c}d"`, "gem(a,~> 1,?)"},
		{"keys", `gem "a", git: "u", :tag => 'v', "ref" => "x", 'y': 1`, "gem(a,git:u,tag:v,ref:x,y:?)"},
		{"lists", `gem "a", [">= 1", "< 2"], groups: %i[a b], x: %w(c d), y: []`, "gem(a,(>= 1,< 2),groups:(a,b),x:(c,d),y:())"},
		{"brackets", "gem(\n\"a\", # one\n  'b')\ngem('c')", "gem(a,b) gem(c)"},
		{"lines", "gem \"a\",\n  \"b\"\ngem \\\n 'c'", "gem(a,b) gem(c)"},
		{"modifier", `gem "a", "1" if x == "y"`, "gem(a,1)"},
		{"blocks", "group :a do\n gem 'b'\nend\ngroup(:c) { gem 'd' }; gem 'e'", "group(a){ gem(b) } group(c){ gem(d) } gem(e)"},
		{"keywords", "if x\n gem 'a'\nelsif y then gem 'b'\nelse\n gem 'c'\nend\ngem 'd'", "if(){ gem(a) gem(b) gem(c) } gem(d)"},
		{"parameters", "x.each do |a, b|\n gem a\nend", "x.each(){ gem(?) }"},
		{"definitions", "def a(b)\n gem 'c'\nend\ndef d = 1\ngem 'e'", "def(a){ gem(c) } gem(e)"},
		{"assigned block", "x = if y\n 1\nend\ngem x", "x=() if(){ ?END"},
		{"variables", "v = '1'\nw = '2'\nw = '3'\ngem 'a', v, w", "v=(1) w=(2) w=(3) gem(a,1,?)"},
		{"receiver", "s.add 'a'.freeze, [\"b\".freeze]\ns.name = %q<x>", "s.add(a,(b)) s.name=(x)"},
		{"text", "gem <<~A, 'b'\n end\n \"\n A\ngem 'c'", "gem(?,b) gem(c)"},
		{"comments", "=begin\ngem 'a\n=end\ngem 'b' # gem 'c\n__END__\ngem 'd", "gem(b)"},
		{"regexps", "x if y =~ /[/'\"]/\ngem 'a'", "x() gem(a)"},
		{"globals", "x $\" << $'\ngem 'a'", "x(?) gem(a)"},
		{"hash", "gem 'a', { git: 'b', c: { d: 'e' } }", "gem(a,(git:b,c:(d:e)))"},
		{"splat", "gem 'a', *%w[b c], *d", "gem(a,b,c,?)"},
		{"expressions", "gem 'a', x ? 'b' : 'c', 'd' + e, f('g')", "gem(a,?,?,?)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rubycall.New(tt.script)
			got := render(r)
			if tt.name == "assigned block" {
				if !strings.HasPrefix(got, "x=() if(){") || !strings.HasSuffix(got, "} gem(?)") {
					t.Errorf("got %s", got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if err := r.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestErr(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"gem 'a'\ngem 'b":        "line 2: a string does not end",
		"\ngroup :a do\ngem 'b'": "line 2: a block does not end",
		"gem <<A\nx":             "line 2: a text does not end",
		"=begin\nx":              "line 1: a comment does not end",
	} {
		r := rubycall.New(script)
		render(r)
		if got := fmt.Sprint(r.Err()); got != want {
			t.Errorf("%q: got %s, want %s", script, got, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add("gem 'a', %w[b c], git: \"x#{y}\" if z\nend { |a| }\n<<~A\nA\n/x/")
	f.Fuzz(func(t *testing.T, script string) {
		r := rubycall.New(script)
		calls := 0
		for _, ok := r.Next(); ok; _, ok = r.Next() {
			if calls++; calls > 2*len(script)+2 {
				t.Fatal("it does not end")
			}
		}
	})
}
