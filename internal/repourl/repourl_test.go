package repourl_test

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/repourl"
)

// TestSame: all ways to write the address of one repository have one key.
func TestSame(t *testing.T) {
	t.Parallel()
	for key, ways := range map[string][]string{
		"git.example.org/team/app": {
			"https://git.example.org/team/app", "https://git.example.org/team/app.git", "https://git.example.org/team/app.git/",
			"https://git.example.org/team/app/", "https://git.example.org//team//app", "https://git.example.org/team/./app",
			"https://GIT.Example.ORG/team/app", "HTTPS://git.example.org/team/app", "https://git.example.org./team/app",
			"https://git.example.org:443/team/app", "https://git.example.org:0443/team/app", "https://git.example.org:/team/app",
			"https://alice@git.example.org/team/app", "https://git.example.org/te%61m/app", "https://git.example.org/team/app%2egit",
			"http://git.example.org/team/app", "http://git.example.org:80/team/app.git",
			"git://git.example.org/team/app.git", "git://git.example.org:9418/team/app",
			"ssh://git@git.example.org/team/app.git", "ssh://git.example.org/team/app", "ssh://git@git.example.org:22/team/app",
			"git@git.example.org:team/app.git", "git@git.example.org:/team/app", "forge@Git.Example.org:team/app/",
			"  https://git.example.org/team/app\n",
		},
		"git.example.org:8443/team/app": {"https://git.example.org:8443/team/app.git", "http://git.example.org:8443/team/app"},
		"git.example.org:443/team/app":  {"ssh://git@git.example.org:443/team/app", "http://git.example.org:443/team/app"},
		"git.example.org/Team/App":      {"https://git.example.org/Team/App", "git@git.example.org:Team/App.git"},
		"git.example.org/a/b/c/d":       {"https://git.example.org/a/b/c/d.git", "git@git.example.org:a/b/c/d"},
		"git.example.org/team/app.git":  {"https://git.example.org/team/app.git.git"},
		"git.example.org/team":          {"https://git.example.org/team/.git"},
		"git.example.org/~alice/app":    {"ssh://git.example.org/~alice/app", "ssh://git.example.org/%7Ealice/app"},
		"git.example.org/a%25b":         {"https://git.example.org/a%25b", "git@git.example.org:a%b"},
		"git.example.org/%C3%A9t%C3%A9": {"https://git.example.org/été", "https://git.example.org/%c3%a9t%c3%a9", "git@git.example.org:été.git"},
		"git.example.org/x:y":           {"https://git.example.org/x:y", "git@git.example.org:x:y"},
		"192.0.2.7/app":                 {"https://192.0.2.7/app", "git@192.0.2.7:app"},
		"[2001:db8::1]/app":             {"https://[2001:db8::1]/app", "ssh://git@[2001:DB8:0::1]:22/app.git"},
		"[2001:db8::1]:8443/app":        {"https://[2001:db8::1]:8443/app"},
		"localhost:3000/a/b":            {"http://localhost:3000/a/b"},
		"github.com/owner/app": {
			"https://github.com/Owner/App.git", "https://www.github.com/owner/app", "git@github.com:OWNER/app.git",
			"ssh://git@ssh.github.com:443/owner/app.git",
		},
		"bitbucket.org/owner/app": {"https://alice@bitbucket.org/owner/app.git", "ssh://git@altssh.bitbucket.org:443/owner/app.git"},
		"gitlab.com/a/b/c":        {"https://gitlab.com/A/B/C", "ssh://git@altssh.gitlab.com:443/a/b/c.git"},
		"dev.azure.com/org/project/_git/app": {
			"https://dev.azure.com/Org/Project/_git/App", "git@ssh.dev.azure.com:v3/org/project/app",
		},
		"file:///srv/git/app": {
			"/srv/git/app", "/srv/git/app.git", "/srv/git/app/.git", "/srv/git//app/", "/srv/git/x/../app",
			"file:///srv/git/app", "file:///srv/git/app.git", "FILE:///srv/git/app", "file://localhost/srv/git/app",
		},
		"file:///srv/a%25b": {"/srv/a%b", "file:///srv/a%25b"},
	} {
		for _, way := range ways {
			u, err := repourl.Parse(way, true)
			if err != nil || u.Key != key {
				t.Errorf("Parse(%q) = %q, %v, want %q", way, u.Key, err, key)
			}
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	u, err := repourl.Parse(" ssh://Alice@Git.example.org:2222/team/app.git ", false)
	want := repourl.URL{Text: "ssh://Alice@Git.example.org:2222/team/app.git", Scheme: "ssh", User: "Alice", Host: "git.example.org", Key: "git.example.org:2222/team/app"}
	if err != nil || u != want {
		t.Errorf("Parse = %+v, %v, want %+v", u, err, want)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for text, word := range map[string]string{
		"":                                       "is empty",
		"   ":                                    "is empty",
		"--upload-pack=touch /tmp/x":             "no repository address",
		"--upload-pack=id":                       "option",
		"-u":                                     "option",
		"git@git.example.org:-oProxyCommand=id":  "option",
		"ssh://-oProxyCommand=id/app":            "names no host",
		"ssh://-l@git.example.org/app":           "user name",
		"-oProxyCommand=id@git.example.org:app":  "option",
		"git@-oProxyCommand:app":                 "names no host",
		"ext::sh -c id":                          "no repository address",
		"ext::sh":                                "remote helpers",
		"EXT::sh":                                "remote helpers",
		"fd::17/x":                               "remote helpers",
		"transport-helper.v2::https://x/y":       "remote helpers",
		"git@git.example.org::x":                 "use https",
		"https://alice:secret@git.example.org/a": "credential",
		"https://alice:@git.example.org/a":       "credential",
		"ssh://git:secret@git.example.org/a":     "credential",
		"https://ghp_0123456789@github.com/a/b":  "credential",
		"https://glpat-abc@gitlab.com/a/b":       "credential",
		"https://oauth2@git.example.org/a":       "credential",
		"https://0123456789abcdef0123456789abcdef@git.example.org/a": "credential",
		"https://git.example.org":                                    "names no repository",
		"https://git.example.org/":                                   "names no repository",
		"https://git.example.org/.git":                               "names no repository",
		"https://git.example.org/a/../b":                             "..",
		"https://git.example.org/a/%2e%2e/b":                         "..",
		"git@git.example.org:../b":                                   "..",
		"https://git.example.org/a%2Fb":                              "path",
		"https://git.example.org/a%00b":                              "path",
		"https://git.example.org/a%0ab":                              "path",
		"https://git.example.org/a%ff":                               "path",
		"https://git.example.org/a?x=1":                              "no repository address",
		"https://git.example.org/a?":                                 "no repository address",
		"https://git.example.org/a#main":                             "no repository address",
		"https://git.example.org/a#":                                 "no repository address",
		"https://git.example.org/a b":                                "no repository address",
		"https://git.example.org\\@evil.example/":                    "no repository address",
		"https://git.example.org/a\x00":                              "no repository address",
		"https://git.example.org/a\u202eb":                           "no repository address",
		"https://git.example.org:99999/a":                            "port",
		"https://git.example.org:0/a":                                "port",
		"https://git.example.org:x/a":                                "no repository address",
		"https:///a":                                                 "names no host",
		"https://127.1/a":                                            "names no host",
		"https://0x7f000001/a":                                       "names no host",
		"https://2130706433/a":                                       "names no host",
		"https://[fe80::1%25eth0]/a":                                 "names no host",
		"https://bücher.example/a":                                   "xn--",
		"https://a b@git.example.org/a":                              "no repository address",
		"https://a%20b@git.example.org/a":                            "user name",
		"ftp://git.example.org/a":                                    "scheme",
		"rsync://git.example.org/a":                                  "scheme",
		"git+ssh://git.example.org/a":                                "scheme",
		"javascript://git.example.org/a":                             "scheme",
		"git.example.org/a":                                          "use https",
		"git.example.org:a":                                          "use https",
		"./a":                                                        "use https",
		"../a":                                                       "use https",
		"C:/a":                                                       "use https",
		"/":                                                          "names no repository",
		"/.git":                                                      "names no repository",
		"file:///":                                                   "names no repository",
		"file://other/srv/a":                                         "names a host",
		"file://alice@localhost/srv/a":                               "names a host",
		"https://git.example.org/" + strings.Repeat("a", 2000):       "no repository address",
	} {
		u, err := repourl.Parse(text, true)
		if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), word) {
			t.Errorf("Parse(%q) = %+v, %v, want Invalid with %q", text, u, err, word)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("Parse(%q) repeats the address: %v", text, err)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"/srv/git/app", "file:///srv/git/app"} {
		if u, err := repourl.Parse(text, false); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "operator") {
			t.Errorf("Parse(%q) = %+v, %v, want Invalid", text, u, err)
		}
	}
}

// FuzzParse: a key is an address of the same repository, nothing in it gives away
// a password or can be taken for an option.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"https://alice@git.example.org:8443/te%61m/app.git/", "git@git.example.org:a%b/./c", "ssh://git@[2001:db8::1]:22/~a/b",
		"git@ssh.dev.azure.com:v3/a/b/c", "file:///srv/a%25b/.git", "/srv//a", "ext::sh", "https://x/.git.git", "a@b:c:d", "https://www.github.com:8/A",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := repourl.Parse(text, true)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%v is not Invalid", err)
			}
			return
		}
		again := u.Key
		if u.Scheme != "file" {
			again = u.Scheme + "://" + u.Key
			if host, _, _ := strings.Cut(u.Key, "/"); host == "" || strings.ContainsAny(host, "@%") || host[0] == '-' {
				t.Errorf("Parse(%q): odd host in the key %q", text, u.Key)
			}
		}
		same, err := repourl.Parse(again, true)
		if err != nil || strings.HasSuffix(u.Key, ".git") {
			return // such as a/b.git.git, and keys with escapes make it too long
		}
		if same.Key != u.Key {
			t.Errorf("Parse(%q) has the key %q, Parse(%q) has %q", text, u.Key, again, same.Key)
		}
	})
}
