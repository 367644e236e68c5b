package portfolio_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/assay-sca/assay/internal/report/all"
	"github.com/assay-sca/assay/test/loadserver/portfolio"
)

type document struct {
	Components []struct{ PURL string }
	Edges      []any
}

func read(t *testing.T, u *portfolio.Universe, number, n, revision int) (document, []byte) {
	t.Helper()
	data, err := u.Document(number, n, revision)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d, data
}

// TestDocument: documents are by the schema, the same for the same seed, and
// overlap as projects do.
func TestDocument(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(all.ScanSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("scan.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("scan.json")
	if err != nil {
		t.Fatal(err)
	}
	u := portfolio.New(1)
	used := map[string]int{}
	total := 0
	for number := range 100 {
		d, data := read(t, u, number, 500, 0)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(value); err != nil {
			t.Fatal(err)
		}
		if len(d.Components) < 400 || len(d.Components) > 500 || len(d.Edges) < 300 {
			t.Errorf("project %d has %d components and %d edges", number, len(d.Components), len(d.Edges))
		}
		for _, c := range d.Components {
			used[c.PURL]++
			total++
		}
	}
	if distinct := len(used); distinct < total/8 || distinct > total*6/10 {
		t.Errorf("%d components are %d distinct ones", total, distinct)
	}
	_, first := read(t, u, 7, 500, 0)
	if _, again := read(t, portfolio.New(1), 7, 500, 0); !bytes.Equal(first, again) {
		t.Error("the same seed gives another document")
	}
	before, _ := read(t, u, 7, 500, 0)
	after, _ := read(t, u, 7, 500, 1)
	changed := map[string]bool{}
	for _, c := range after.Components {
		changed[c.PURL] = true
	}
	for _, c := range before.Components {
		delete(changed, c.PURL)
	}
	t.Logf("%d components are %d distinct ones; a revision changes %d of 500", total, len(used), len(changed))
	if len(changed) == 0 || len(changed) > 60 {
		t.Errorf("a revision changes %d components", len(changed))
	}
}
