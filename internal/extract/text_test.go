package extract_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

func encode16(order binary.AppendByteOrder, text string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

func TestText(t *testing.T) {
	t.Parallel()
	const requirements = "# café 🐍\r\na==1.0\r\nb==2.0\r\n"
	conflict := "a==1\n<<<<<<< HEAD\nb==1\n=======\nb==2\n>>>>>>> topic\n"
	for _, test := range []struct{ name, content, want string }{
		{"plain", "a==1", "read"},
		{"empty", "", "read"},
		{"CRLF", requirements, "read"},
		{"UTF-8 mark", "\ufeff" + requirements, "read"},
		{"UTF-16 little", encode16(binary.LittleEndian, requirements), "read"},
		{"UTF-16 big", encode16(binary.BigEndian, requirements), "read"},
		{"UTF-16 odd", encode16(binary.BigEndian, requirements) + "x", "failed: not UTF-16 text: an odd number of bytes"},
		{"UTF-16 half a pair", encode16(binary.BigEndian, requirements+"# 🐍 \ufffd\n") + "\xdc\x00", "failed line 5: not UTF-16 text: half a pair of surrogates"},
		{"UTF-16 with a replacement", encode16(binary.LittleEndian, requirements+"# 🐍 \ufffd\n"), "read"},
		{"UTF-16 with NUL", encode16(binary.LittleEndian, "a\nb\x00\n"), "failed line 2: binary data, not text"},
		{"UTF-16 conflict", encode16(binary.LittleEndian, conflict), "failed line 2: a merge conflict is not resolved here"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "failed line 1: binary data, not text"},
		{"binary", "\x7fELF\x02\x01\n\x00\x00", "failed line 2: binary data, not text"},
		{"NUL", "a==1\nb==\x001\n", "failed line 2: binary data, not text"},
		{"invalid UTF-8", "a==1\nb==1\n# caf\xe9\n", "failed line 3: not UTF-8 text"},
		{"invalid at the end", "a==1\n\xc3", "failed line 2: not UTF-8 text"},
		{"LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "failed: a Git LFS pointer, not the file itself: run `git lfs pull` first"},
		{"conflict", conflict, "failed line 2: a merge conflict is not resolved here"},
		{"conflict at once", conflict[5:], "failed line 1: a merge conflict is not resolved here"},
		{"conflict CRLF", strings.ReplaceAll(conflict, "\n", "\r\n"), "failed line 2: a merge conflict is not resolved here"},
		{"no conflict: in a comment", "# <<<<<<< HEAD\n# >>>>>>> topic\na==1\n", "read"},
		{"no conflict: a heading", "# A\n# =======\na==1\n", "read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, mapFS(map[string]string{"requirements.txt": test.content, "good/requirements.txt": "good==1"}), options())
			same(t, "good/requirements.txt read\nrequirements.txt "+test.want+"\n", ledger(r))
			if strings.Contains(test.content, "\r\n") && test.want == "read" {
				same(t, "requirements:good/requirements.txt\n  good 1 direct runtime [\"==1\"]\n"+
					"requirements:requirements.txt\n  a 1.0 direct runtime [\"==1.0\"]\n  b 2.0 direct runtime [\"==2.0\"]\n", units(r))
			}
		})
	}
}

// TestTruncatedLock: one lock is cut off, the rest of the tree is read, and what
// came before the cut is kept.
func TestTruncatedLock(t *testing.T) {
	t.Parallel()
	lock := `{
  "name": "app", "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"a": "^1.0.0"}},
    "node_modules/a": {"version": "1.1.0"},
    "node_modules/b": {"version": "2.0.0"`
	r := run(t, mapFS(map[string]string{
		"bad/package-lock.json": lock,
		"good/yarn.lock":        "c@^3:\n  version \"3.0.0\"\n",
		"good/package.json":     `{"dependencies":{"c":"^3"}}`,
	}), options())
	got := ledger(r)
	first, rest, _ := strings.Cut(got, "\n")
	if !strings.HasPrefix(first, "bad/package-lock.json failed line 6: ") || !strings.HasSuffix(first, "; the 2 dependencies read are kept") {
		t.Errorf("got %q, want a fault on line 6 that keeps 2 dependencies", first)
	}
	same(t, "good/package.json read\ngood/yarn.lock read\n", rest)
	same(t, "package-lock:bad/package-lock.json\n  a 1.1.0 direct runtime [\"^1.0.0\"]\n  b 2.0.0 runtime\n"+
		"yarn.lock:good/yarn.lock with good/package.json\n  c 3.0.0 direct runtime [\"^3\"]\n", units(r))
}
