package treejson

import (
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/tomltree"
	"github.com/assay-sca/assay/internal/yamltree"
)

func TestYAML(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", `null`},
		{"a: 1.10\nb: true\nc: 'x \"y\"'\nd:\ne: []\nf: {}\ng: [1, {h: no}]\n", `{"a":"1.10","b":true,"c":"x \"y\"","d":null,"e":[],"f":{},"g":["1",{"h":"no"}]}`},
		{"a: 1\nb: 2\na: 3\n", `{"a":"3","b":"2"}`},
		{"a: \"\\xff\"\n", "{\"a\":\"ÿ\"}"},
		{"a: \xff\n", "{\"a\":\"�\"}"},
		{"details: |\n  one\n\n  two\n", `{"details":"one\n\ntwo"}`},
	}
	for _, test := range tests {
		document, err := yamltree.Parse([]byte(test.text))
		if err != nil {
			t.Fatalf("%q: %v", test.text, err)
		}
		if got := string(YAML(document.Root)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.text, got, test.want)
		}
	}
}

func TestTOML(t *testing.T) {
	t.Parallel()
	text := "a = 1\nb = 1.50\nc = true\nd = \"true\"\ne = 2024-01-31\nf = [1, \"x\"]\ng = 0x10\nh = inf\n[t]\nu = {}\n[[l]]\nm = 1\n"
	want := `{"a":1,"b":1.50,"c":true,"d":"true","e":"2024-01-31","f":[1,"x"],"g":"0x10","h":"inf","t":{"u":{}},"l":[{"m":1}]}`
	table, err := tomltree.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(appendTable(nil, table)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := string(TOML(table.Get("missing"))); got != "null" {
		t.Errorf("what is missing is %s", got)
	}
	if got := string(TOML(table.Get("t"))); got != `{"u":{}}` || !strings.HasPrefix(string(Text("a")), `"`) {
		t.Errorf("got %s", got)
	}
}
