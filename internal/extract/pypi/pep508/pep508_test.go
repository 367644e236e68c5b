package pep508

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/inventory"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Requirement{
		"anchor":                          {Name: "anchor"},
		" anchor >=1, <2 ":                {Name: "anchor", Specifier: ">=1, <2"},
		"anchor(>=1,<2)":                  {Name: "anchor", Specifier: ">=1,<2"},
		"anchor>=1,":                      {Name: "anchor", Specifier: ">=1,"},
		"A.b-c_d[x, y]~=1.0;os_name=='z'": {Name: "A.b-c_d", Extras: []string{"x", "y"}, Specifier: "~=1.0", Marker: "os_name=='z'"},
		"anchor[]===weird-1_0":            {Name: "anchor", Specifier: "===weird-1_0"},
		"a @ https://h/a;b.zip ; extra == 'x'": {
			Name: "a", URL: "https://h/a;b.zip", Marker: "extra == 'x'"},
		"a@file:///srv/a": {Name: "a", URL: "file:///srv/a"},
	} {
		got, err := Parse(in)
		if err != nil {
			t.Errorf("Parse(%q): %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Parse(%q): mismatch (-want +got):\n%s", in, diff)
		}
	}
}

func TestParseRejects(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", " ", "-x", "anchor-", ".a", "two words", "a=1", "a 1.0", "a==", "a==1 2", "a[x", "a(>=1",
		"a @ ", "a @ https://h/a b", "a>=é", "é", strings.Repeat("a", 300),
	} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %+v, want an error", in, got)
		}
	}
}

func TestPin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "==1.0": "1.0", "== 1.0": "1.0", "===1.0*": "1.0*", "==1.*": "", ">=1.0": "", "~=1.0": "", "!=1.0": "",
		"==1.0,>=0.9": "1.0", "==1.0,==1.0": "1.0", "==1.0,==1.1": "", "==1!2.0.post1+cpu": "1!2.0.post1+cpu",
	} {
		if got := Pin(in); got != want {
			t.Errorf("Pin(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	for marker, want := range map[string]inventory.Scope{
		"":                               inventory.ScopeRuntime,
		"python_version < '3'":           inventory.ScopeRuntime,
		"extra == 'x'":                   inventory.ScopeOptional,
		"'x' == extra":                   inventory.ScopeOptional,
		"extra=='x'and os_name=='y'":     inventory.ScopeOptional,
		"extra != 'x'":                   inventory.ScopeRuntime,
		"extra == 'x' or os_name == 'y'": inventory.ScopeRuntime,
		"(os_name == 'y') and (extra == 'x' or extra == 'z')": inventory.ScopeOptional,
		"'x' in extras":                                              inventory.ScopeOptional,
		"'x' not in extras":                                          inventory.ScopeRuntime,
		"'test' in dependency_groups":                                inventory.ScopeDev,
		"'main' in dependency_groups":                                inventory.ScopeRuntime,
		"'test' in dependency_groups or 'x' in extras":               inventory.ScopeOptional,
		"'test' in dependency_groups and 'x' in extras":              inventory.ScopeDev,
		"'test' in dependency_groups or 'main' in dependency_groups": inventory.ScopeRuntime,
		"'test' in dependency_groups and (os_name == 'y'":            inventory.ScopeRuntime, // cannot be read
		"extra == 'x":           inventory.ScopeRuntime,
		"extra ==":              inventory.ScopeRuntime,
		"extra == 'x' nonsense": inventory.ScopeRuntime,
		strings.Repeat("(", 10_000) + "extra == 'x'": inventory.ScopeRuntime,
	} {
		if got := Scope(marker, []string{"main"}); got != want {
			t.Errorf("Scope(%.60q) = %q, want %q", marker, got, want)
		}
	}
}

func TestIsReference(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"": false, "a": false, "a==1": false, "a @ https://h/a": false, "a@https://h/a": false, "a;x=='/'": false,
		".": true, "./a": true, "/a": true, "~/a": true, "a/b": true, `a\b`: true, "https://h/a": true,
		"git+https://u@h/a": true, "git+git@h:a": true, "file:a": true, "a-1.0.tar.gz": true, "a-1.0-py3-none-any.whl": true,
	} {
		if got := IsReference(in); got != want {
			t.Errorf("IsReference(%q) = %t, want %t", in, got, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]inventory.Origin{
		"git+https://h/a.git@v1#egg=a":       {Kind: inventory.OriginGit, Ref: "https://h/a.git@v1"},
		"git+https://user:secret@h/a.git@v1": {Kind: inventory.OriginGit, Ref: "https://h/a.git@v1"},
		"git+ssh://git@h/a.git":              {Kind: inventory.OriginGit, Ref: "ssh://git@h/a.git"},
		"git+git@h:a.git":                    {Kind: inventory.OriginGit, Ref: "git@h:a.git"},
		"git://h/a.git":                      {Kind: inventory.OriginGit, Ref: "git://h/a.git"},
		"https://token@h/a.zip#sha256=0":     {Kind: inventory.OriginURL, Ref: "https://h/a.zip"},
		"https://h/a@b.zip":                  {Kind: inventory.OriginURL, Ref: "https://h/a@b.zip"},
		"svn+https://user:secret@h/a@12":     {Kind: inventory.OriginURL, Ref: "svn+https://h/a@12"},
		"file:///srv/a":                      {Kind: inventory.OriginPath, Ref: "file:///srv/a"},
		"./a":                                {Kind: inventory.OriginPath, Ref: "./a"},
	} {
		if got := Origin(in); got != want {
			t.Errorf("Origin(%q) = %+v, want %+v", in, got, want)
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"git+https://h/x.git#egg=a[b]&subdirectory=c": {"a", ""},
		"https://h/x.zip#subdirectory=c&egg=a==1.0":   {"a", "1.0"},
		"https://h/a_b-1.0%2Bcpu-py3-none-any.whl":    {"a_b", "1.0+cpu"},
		"a-1.0-1-py3-none-any.whl":                    {"a", "1.0"},
		"a-1.0.whl":                                   {"", ""},
		"https://h/a-b-1.0.tar.gz?x=y":                {"a-b", "1.0"},
		"https://h/archive/a-1.0.tar.gz":              {"", ""},
		"https://h/a-main.zip":                        {"", ""},
		"https://h/1.0.zip":                           {"", ""},
		".":                                           {"", ""},
		"":                                            {"", ""},
	} {
		name, version := Named(in)
		if got := [2]string{name, version}; got != want {
			t.Errorf("Named(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a[b]>=1,<2;extra=='x'", "a @ git+https://u:p@h/a.git@v1#egg=a ; 'x' in extras", "./a-1.0.tar.gz",
		"https://h/a-1.0-py3-none-any.whl#sha256=0", "a (==1.0)", "(('test' in dependency_groups) or os_name not in 'y')",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := Parse(s); err == nil && r.Name == "" {
			t.Errorf("Parse(%q) gave no name", s)
		} else {
			Pin(r.Specifier)
			Scope(r.Marker, nil)
		}
		IsReference(s)
		Origin(s)
		Named(s)
		Pin(s)
		Scope(s+" extra", []string{"a"})
	})
}
