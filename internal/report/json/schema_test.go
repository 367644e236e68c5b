package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/assay-sca/assay/internal/finding"
	"github.com/assay-sca/assay/internal/inventory"
	"github.com/assay-sca/assay/internal/report/json"
	"github.com/assay-sca/assay/internal/severity"
)

func compiled(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("scan.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, data []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled(t, json.Schema).Validate(document); err != nil {
		t.Errorf("the document breaks its schema: %v", err)
	}
}

func TestSchemaHolds(t *testing.T) {
	t.Parallel()
	validate(t, write(t, full()))
	r := full()
	r.Findings[0].Ignored, r.Findings[0].Path, r.Findings[0].FixedIn, r.Database.Reason = nil, nil, nil, ""
	r.Source.Ref, r.Source.Commit = "", ""
	validate(t, write(t, r))
}

// TestSchemaNamesEverything: with additions forbidden it still takes the document
// that has every field.
func TestSchemaNamesEverything(t *testing.T) {
	t.Parallel()
	closed := bytes.ReplaceAll(json.Schema, []byte(`"additionalProperties": true`), []byte(`"additionalProperties": false`))
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(write(t, full())))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled(t, closed).Validate(document); err != nil {
		t.Errorf("the document has what the schema does not name: %v", err)
	}
}

// TestSchemaRefuses: a schema that takes everything proves nothing.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	data := string(write(t, full()))
	for _, change := range [][2]string{
		{`"schema":"assay.scan/v1"`, `"schema":"assay.scan/v2"`},
		{`"kind":"git","name"`, `"kind":"disk","name"`},
		{`"state":"stale"`, `"state":"fresh"`},
		{`"severity":"high"`, `"severity":"awful"`},
		{`"line":12`, `"line":-1`},
		{`"from":"c1"`, `"from":"1"`},
		{`"status":"failed"`, `"status":"lost"`},
		{`"exit":3`, `"exit":4`},
		{`"score":8.2`, `"score":11`},
		{`"fixed_in":["1.2.3"]`, `"fixed_in":null`},
		{`"purl":"pkg:npm/left-fold@1.2.0"`, `"identity":"pkg:npm/left-fold@1.2.0"`},
	} {
		broken := strings.Replace(data, change[0], change[1], 1)
		if broken == data {
			t.Fatalf("the document has no %s", change[0])
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if compiled(t, json.Schema).Validate(document) == nil {
			t.Errorf("the schema takes %s", change[1])
		}
	}
	// Readers take fields of tomorrow.
	validate(t, []byte(strings.Replace(data, `"schema":`, `"tomorrow":{},"schema":`, 1)))
}

// TestSchemaKnowsEveryWord: the words of the program are those of the schema.
func TestSchemaKnowsEveryWord(t *testing.T) {
	t.Parallel()
	var results []*finding.Result
	with := func(change func(*finding.Result)) {
		r := full()
		change(r)
		results = append(results, r)
	}
	for _, s := range []inventory.Status{inventory.Read, inventory.Failed, inventory.Unsupported, inventory.NoAdvisories, inventory.Skipped} {
		with(func(r *finding.Result) { r.Coverage.Files[0].Status = s })
	}
	for _, s := range append(inventory.Scopes(), inventory.ScopeUnknown) {
		with(func(r *finding.Result) {
			r.Inventory.Components[0].Scope, r.Inventory.Units[0].Occurrences[0].Scope = s, s
		})
	}
	for _, s := range []finding.DatabaseState{finding.DatabaseOK, finding.DatabaseStale, finding.DatabaseMissing, finding.DatabaseDamaged} {
		with(func(r *finding.Result) { r.Database.State = s })
	}
	for _, l := range append(severity.Levels(), severity.None, severity.Unknown) {
		with(func(r *finding.Result) { r.Findings[0].Vulnerability.Severity = l })
	}
	for _, k := range []inventory.OriginKind{inventory.OriginGit, inventory.OriginURL, inventory.OriginPath} {
		with(func(r *finding.Result) { r.Inventory.Components[1].Origin.Kind = k })
	}
	for _, n := range []int{1, 2, 3} {
		with(func(r *finding.Result) { r.Gates = []finding.Gate{{Name: "x", Exit: n}} })
	}
	for _, r := range results {
		validate(t, write(t, r))
	}
}

// schemaNames are the names of all properties.
func schemaNames(t *testing.T) map[string]map[string]any {
	t.Helper()
	var root map[string]any
	if err := stdjson.Unmarshal(json.Schema, &root); err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]any{}
	var visit func(v any)
	visit = func(v any) {
		node, ok := v.(map[string]any)
		if !ok {
			return
		}
		if properties, ok := node["properties"].(map[string]any); ok {
			for name, p := range properties {
				found[name], _ = p.(map[string]any)
				visit(p)
			}
		}
		if definitions, ok := node["$defs"].(map[string]any); ok {
			for _, d := range definitions {
				visit(d)
			}
		}
	}
	visit(root)
	return found
}

// TestSchemaExplains: every object and field has a title and a description, names
// what is required and stays open for additions.
func TestSchemaExplains(t *testing.T) {
	t.Parallel()
	var root any
	if err := stdjson.Unmarshal(json.Schema, &root); err != nil {
		t.Fatal(err)
	}
	explained(t, "$", root)
}

func explained(t *testing.T, at string, v any) {
	t.Helper()
	node, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("%s is no schema", at)
	}
	if _, ok := node["$ref"]; ok {
		return
	}
	if node["title"] == nil || node["description"] == nil {
		t.Errorf("%s has no title or no description", at)
	}
	properties, isObject := node["properties"].(map[string]any)
	if isObject && (node["required"] == nil || node["additionalProperties"] != true) {
		t.Errorf("%s does not say what is required, or is closed to additions", at)
	}
	for name, p := range properties {
		explained(t, at+"."+name, p)
	}
	definitions, _ := node["$defs"].(map[string]any)
	for name, d := range definitions {
		explained(t, "$defs."+name, d)
	}
}

// TestDocumented: docs/scan-json.md mentions every field.
func TestDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "scan-json.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range schemaNames(t) {
		if !regexp.MustCompile("`[^`\n]*\\b" + regexp.QuoteMeta(name) + "\\b[^`\n]*`").Match(text) {
			t.Errorf("docs/scan-json.md does not mention `%s`", name)
		}
	}
}
