package glob

import (
	"testing"
)

// The numbers are those of the rules that the lists keep.
func TestList(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		patterns []string
		in, out  []string
	}{
		"KX-10: patterns restrict which manifests and locks are read, by their paths from the root": {
			[]string{"web/**"}, []string{"web/package.json", "web/a/b/yarn.lock"}, []string{"package.json", "api/web/package.json"},
		},
		"KX-11: one kind of file below a folder, everything below another, nothing below a third": {
			[]string{"server/**/requirements.txt", "wwwroot/**", "!tests/**"},
			[]string{"server/requirements.txt", "server/a/b/requirements.txt", "wwwroot/package.json", "wwwroot/x/yarn.lock"},
			[]string{"server/package.json", "requirements.txt", "tests/requirements.txt", "tests/wwwroot/package.json"},
		},
		"KX-12: the last match decides, a later plain pattern takes in again": {
			[]string{"**", "!vendor/**", "vendor/ours/**"},
			[]string{"go.mod", "vendor/ours/go.mod"}, []string{"vendor/theirs/go.mod"},
		},
		"KX-12: a file that no pattern matches is not meant": {
			[]string{"a/go.mod"}, []string{"a/go.mod"}, []string{"b/go.mod"},
		},
		"KX-13: ** is any file":                   {[]string{"**"}, []string{"go.mod", "a/b/c/go.mod"}, nil},
		"KX-13: !** is none":                      {[]string{"**", "!**"}, nil, []string{"go.mod", "a/go.mod"}},
		"KX-13: **/name is in the root and below": {[]string{"**/test.js"}, []string{"test.js", "a/test.js", "a/b/test.js"}, []string{"atest.js"}},
		"KX-13: name/** is all below":             {[]string{"test/**"}, []string{"test/a", "test/a/b"}, []string{"a/test/b"}},
		"KX-13: classes":                          {[]string{"**/*.[jt]s"}, []string{"a.js", "b/c.ts"}, []string{"a.cs", "a.jts"}},
		"KX-13: ranges":                           {[]string{"spec-[1-4].md"}, []string{"spec-1.md", "spec-4.md"}, []string{"spec-5.md", "a/spec-1.md"}},
		"KX-13: braces":                           {[]string{"**/*{.js,.ts,.jsx,.tsx}"}, []string{"a.js", "b/a.tsx"}, []string{"a.css"}},
		"KX-14: a pattern without **/ is anchored at the root": {
			[]string{"**", "!package-lock.json"}, []string{"package.json", "web/package-lock.json"}, []string{"package-lock.json"},
		},
		"only exclusions are taken out of everything": {
			[]string{"!tests/**"}, []string{"go.mod"}, []string{"tests/go.mod"},
		},
		"no patterns mean everything": {nil, []string{"go.mod", "a/go.mod"}, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := Parse(tc.patterns)
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range tc.in {
				if !l.Match(file) {
					t.Errorf("%s is not meant", file)
				}
			}
			for _, file := range tc.out {
				if l.Match(file) {
					t.Errorf("%s is meant", file)
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "!", "[", "{a", "a[b-"} {
		if l, err := Parse([]string{bad}); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", bad, l)
		}
	}
}

func FuzzList(f *testing.F) {
	f.Add("**/*.{a,b}", "x/y.a")
	f.Add("!a/[1-4]*", "a/2")
	f.Fuzz(func(t *testing.T, pattern, file string) {
		l, err := Parse([]string{pattern})
		if err != nil || len(file) > 200 || len(pattern) > 100 {
			t.Skip()
		}
		l.Match(file)
	})
}
