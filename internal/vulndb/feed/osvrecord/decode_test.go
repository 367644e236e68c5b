package osvrecord

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/advisory"
)

// full has every field of the schema, and at each level one that it does not have.
const full = `{
  "schema_version": "1.7.0",
  "id": "TEST-2024-1", "modified": "2024-03-01T00:00:00Z", "published": "2024-01-01T00:00:00.5Z", "withdrawn": "2024-04-01T00:00:00Z",
  "aliases": ["CVE-2024-1"], "related": ["CVE-2024-2"], "upstream": ["CVE-2024-3"],
  "summary": "Short \u00e9", "details": "Long",
  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, {"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}],
  "affected": [{
    "package": {"ecosystem": "PyPI", "name": "Zope", "purl": "pkg:pypi/zope"},
    "severity": [{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:P/I:P/A:P"}],
    "ranges": [
      {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2"}, {"last_affected": "2.1"}], "database_specific": {"a": 1}},
      {"type": "SEMVER", "events": [{"introduced": "3.0.0"}, {"limit": "4.0.0"}]},
      {"type": "GIT", "repo": "https://git.example.org/zope", "events": [{"introduced": "abc"}]}
    ],
    "versions": ["0.9", "1.0"],
    "ecosystem_specific": {"imports": [{"path": "x", "symbols": ["b", "a"]}]},
    "database_specific": {"source": "here"},
    "zz_unknown": null
  }],
  "references": [{"type": "ADVISORY", "url": "https://advisories.example.org/1"}],
  "credits": [{"name": "Anna", "contact": ["mailto:anna@example.org"], "type": "FINDER"}],
  "database_specific": {"severity": "HIGH", "nested": {"b": [1.50, 1e3, 12345678901234567890, true], "a": {}}},
  "aaa_unknown": [1, "two", {"z": 1, "y": 2}]
}`

func TestDecodeFull(t *testing.T) {
	t.Parallel()
	got, err := Decode([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := advisory.Advisory{
		ID: "TEST-2024-1", Modified: "2024-03-01T00:00:00Z", Published: "2024-01-01T00:00:00.5Z", Withdrawn: "2024-04-01T00:00:00Z",
		Aliases: []string{"CVE-2024-1"}, Related: []string{"CVE-2024-2"}, Upstream: []string{"CVE-2024-3"}, Summary: "Short é", Details: "Long", Word: "HIGH",
		Severity: []advisory.Severity{{Type: "CVSS_V3", Score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}, {Type: "CVSS_V4", Score: "CVSS:4.0/AV:N"}},
		Affected: []advisory.Affected{{
			Ecosystem: "PyPI", Name: "Zope", PURL: "pkg:pypi/zope", Severity: []advisory.Severity{{Type: "CVSS_V2", Score: "AV:N/AC:L/Au:N/C:P/I:P/A:P"}},
			Ranges: []advisory.Range{
				{Type: advisory.Ecosystem, Events: []advisory.Event{{Introduced: "0"}, {Fixed: "1.2"}, {Introduced: "2"}, {LastAffected: "2.1"}},
					Extra: []byte(`{"database_specific":{"a":1}}`)},
				{Type: advisory.SemVer, Events: []advisory.Event{{Introduced: "3.0.0"}, {Limit: "4.0.0"}}},
				{Type: advisory.Git, Repo: "https://git.example.org/zope", Events: []advisory.Event{{Introduced: "abc"}}},
			},
			Versions: []string{"0.9", "1.0"},
			Extra:    []byte(`{"database_specific":{"source":"here"},"ecosystem_specific":{"imports":[{"path":"x","symbols":["b","a"]}]},"zz_unknown":null}`),
		}},
		References: []advisory.Reference{{URL: "https://advisories.example.org/1", Tags: []string{"advisory"}}},
		// No number rounded, names sorted, every field kept.
		Extra: []byte(`{"aaa_unknown":[1,"two",{"y":2,"z":1}],"credits":[{"contact":["mailto:anna@example.org"],"name":"Anna","type":"FINDER"}],` +
			`"database_specific":{"nested":{"a":{},"b":[1.50,1e3,12345678901234567890,true]},"severity":"HIGH"},"schema_version":"1.7.0"}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

// TestDecodeCanonical: order and space do not matter to the extras, content does.
func TestDecodeCanonical(t *testing.T) {
	t.Parallel()
	one := decode(t, `{"id":"A-1","summary":"s","affected":[{"package":{"name":"n","ecosystem":"npm"},"versions":["1"]}],"x":{"a":1,"b":2}}`)
	same := decode(t, "{\n \"x\" : {\"b\":2, \"a\":1}, \"affected\":[ {\"versions\":[\"1\"],\"package\":{\"ecosystem\":\"npm\",\"name\":\"n\"}} ],\t\"summary\":\"s\", \"id\":\"A-1\"}")
	if diff := cmp.Diff(one, same); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	other := decode(t, `{"id":"A-1","summary":"s","affected":[{"package":{"name":"n","ecosystem":"npm"},"versions":["1"]}],"x":{"a":1,"b":3}}`)
	if bytes.Equal(one.Extra, other.Extra) {
		t.Error("different content has the same extras")
	}
}

func decode(t *testing.T, text string) advisory.Advisory {
	t.Helper()
	a, err := Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func TestDecodeLenient(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       advisory.Advisory // without extras
	}{
		{"id alone", `{"id":"A-1"}`, advisory.Advisory{ID: "A-1"}},
		{"nulls", `{"id":"A-1","aliases":null,"affected":null,"severity":null,"withdrawn":null,"database_specific":null}`, advisory.Advisory{ID: "A-1"}},
		{"names are told apart by case", `{"id":"A-1","ID":"A-2","Summary":1}`, advisory.Advisory{ID: "A-1"}},
		{"severity of the database that is no word", `{"id":"A-1","database_specific":{"severity":[7]}}`, advisory.Advisory{ID: "A-1"}},
		{"database's own that is no object", `{"id":"A-1","database_specific":7}`, advisory.Advisory{ID: "A-1"}},
		{"broken UTF-8", "{\"id\":\"A-1\",\"summary\":\"a\xffb\"}", advisory.Advisory{ID: "A-1", Summary: "a\ufffdb"}},
		{"commits alone", `{"id":"A-1","affected":[{"ranges":[{"type":"GIT","repo":"r","events":[{"introduced":"0"}]}]}]}`,
			advisory.Advisory{ID: "A-1", Affected: []advisory.Affected{{Ranges: []advisory.Range{{Type: advisory.Git, Repo: "r", Events: []advisory.Event{{Introduced: "0"}}}}}}}},
		{"no ranges", `{"id":"A-1","affected":[{"package":{"ecosystem":"npm","name":"n"}}]}`,
			advisory.Advisory{ID: "A-1", Affected: []advisory.Affected{{Ecosystem: "npm", Name: "n"}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := decode(t, test.text)
			got.Extra = nil
			if len(got.Affected) == 0 {
				got.Affected = nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

// npm wraps what stands in an affected entry of a record.
func npm(rest string) string {
	return `{"id":"A-1","affected":[{"package":{"ecosystem":"npm","name":"n"},` + rest + `}]}`
}

func events(list string) string { return npm(`"ranges":[{"type":"SEMVER","events":[` + list + `]}]`) }

func repeated(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

func TestDecodeMalformed(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":[`, 20_000)
	tests := []struct {
		name, text, want string
	}{
		{"empty", ``, "not valid JSON at byte 0"},
		{"cut", `{"id":"A-1","summary":"a`, "not valid JSON at byte"},
		{"two values", `{"id":"A-1"}{}`, "not valid JSON at byte 12"},
		{"binary", "\x00\x01\x02", "not valid JSON at byte 0"},
		{"HTML", "<html>", "not valid JSON at byte 0"},
		{"array", `[{"id":"A-1"}]`, "the record does not have the type"},
		{"text", `"A-1"`, "the record does not have the type"},
		{"null", `null`, "it has no id"},
		{"no id", `{"summary":"x"}`, "it has no id"},
		{"nothing", `{}`, "it has no id"},
		{"empty id", `{"id":""}`, "it has no id"},
		{"id with a blank", `{"id":"A 1"}`, `its id "A 1" is none`},
		{"id with a path", `{"id":"../A"}`, `its id "../A" is none`},
		{"id with an escape", `{"id":"A\u001b[31m"}`, `its id "A\x1b[31m" is none`},
		{"id too long", `{"id":"` + strings.Repeat("A", 300) + `"}`, "is none"},
		{"id twice", `{"id":"A-1","id":"A-2"}`, "duplicate object member name"},
		{"unknown twice", `{"id":"A-1","x":1,"x":2}`, "duplicate object member name"},
		{"twice far below", `{"id":"A-1","x":[{"y":{"z":1,"z":1}}]}`, "duplicate object member name"},
		{"twice in affected", npm(`"versions":[],"versions":["1"]`), "duplicate object member name"},
		{"id of another type", `{"id":1}`, "/id does not have the type"},
		{"aliases of another type", `{"id":"A-1","aliases":"CVE-1"}`, "/aliases does not have the type"},
		{"an alias of another type", `{"id":"A-1","aliases":["a",1]}`, "/aliases/1 does not have the type"},
		{"severity of another type", `{"id":"A-1","severity":[{"type":"CVSS_V3","score":9.8}]}`, "/severity/0/score does not have the type"},
		{"affected of another type", `{"id":"A-1","affected":{}}`, "/affected does not have the type"},
		{"an affected entry of another type", `{"id":"A-1","affected":["n"]}`, "affected[0]: the record does not have the type"},
		{"versions of another type", npm(`"versions":[1.0]`), "affected[0]: /versions/0 does not have the type"},
		{"an event of another type", events(`{"introduced":0}`), "affected[0]: /ranges/0/events/0/introduced does not have the type"},
		{"event with two fields", events(`{"introduced":"0","fixed":"1"}`), "affected[0]: ranges[0]: an event says 2 things instead of one"},
		{"event with none", events(`{"introduced":"0"},{}`), "affected[0]: ranges[0]: an event says 0 things instead of one"},
		{"event of a kind unknown", events(`{"introduced":"0"},{"unaffected":"1"}`), "an event says 0 things instead of one"},
		{"no introduction", events(`{"fixed":"1"}`), "affected[0]: ranges[0]: no event introduces it"},
		{"no events", events(``), "no event introduces it"},
		{"unknown range type", npm(`"ranges":[{"type":"VERS","events":[{"introduced":"0"}]}]`), `affected[0]: ranges[0]: unknown type "VERS"`},
		{"no range type", npm(`"ranges":[{"events":[{"introduced":"0"}]}]`), `unknown type ""`},
		{"no package", `{"id":"A-1","affected":[{"versions":["1"]}]}`, "affected[0]: it names no package"},
		{"no package in the second", `{"id":"A-1","affected":[{"package":{"ecosystem":"npm","name":"n"}},{"package":{"ecosystem":"npm"}}]}`, "affected[1]: it names no package"},
		{"no package beside commits", `{"id":"A-1","affected":[{"ranges":[{"type":"GIT","events":[{"introduced":"0"}]},{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`, "it names no package"},
		{"huge", `{"id":"A-1","details":"` + strings.Repeat("x", MaxRecord) + `"}`, "it has over 16777216 bytes"},
		{"many packages", `{"id":"A-1","affected":[` + repeated(maxAffected+1, "{}") + `]}`, "it names over 20000 packages"},
		{"many aliases", `{"id":"A-1","aliases":[` + repeated(maxAliases+1, `"a"`) + `]}`, "it has over 1000 aliases"},
		{"many versions", npm(`"versions":[` + repeated(maxVersions+1, `"1"`) + `]`), "it lists over 200000 versions"},
		{"many events", events(repeated(maxEvents+1, `{"introduced":"0"}`)), "it has over 20000 events"},
		{"deep", `{"id":"A-1","x":` + deep + strings.Repeat(`]}`, 20_000) + `}`, "not valid JSON at byte"},
		{"deep and cut", deep, "not valid JSON at byte"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, err := Decode([]byte(test.text))
			if err == nil {
				t.Fatalf("read as %+v, want the error %q", a, test.want)
			}
			if got := err.Error(); !strings.Contains(got, test.want) || strings.ContainsAny(got, "\n\x1b") || len(got) > 300 {
				t.Errorf("the error is %q, want %q in one short line", got, test.want)
			}
		})
	}
}

// TestDecodeDeep: nesting up to the bound is read, at a cost that does not explode.
func TestDecodeDeep(t *testing.T) {
	t.Parallel()
	const depth = 4_900
	text := `{"id":"A-1","x":` + strings.Repeat(`{"b":[`, depth) + strings.Repeat(`],"a":1}`, depth) + `}`
	if got, want := len(decode(t, text).Extra), len(text)-len(`"id":"A-1",`); got != want {
		t.Errorf("the extras have %d bytes, want %d", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(npm(`"versions":["1"]`)))
	f.Add([]byte(events(`{"introduced":"0"},{"fixed":"1"}`)))
	f.Add([]byte("{\"id\":\"A-1\",\"\xff\":\"\\ud800\",\"x\":{\"\\u0061\":1,\"b\":-0.0e+1}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Decode(data)
		if err != nil {
			if err.Error() == "" || strings.Contains(err.Error(), "\n") {
				t.Fatalf("the error is %q", err)
			}
			return
		}
		for _, extra := range [][]byte{a.Extra} {
			if extra != nil && !json.Valid(extra) {
				t.Fatalf("the extras are no JSON: %s", extra)
			}
		}
	})
}
