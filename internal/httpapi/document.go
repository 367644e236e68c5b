package httpapi

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// configuration is huma's without what it adds by itself: no page of documents
// that loads scripts from elsewhere, no links to schemas in the answers, and no
// value of a request in the answer to it.
func configuration(o Options) huma.Config {
	c := huma.DefaultConfig("Assay", "1")
	c.DocsPath, c.SchemasPath, c.OpenAPIPath = "", "", ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{withoutValues}
	c.Info.Description = "What projects are made of, and what is known to be wrong with it."
	c.Servers = []*huma.Server{{URL: Prefix}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "A personal or a project's token."},
		"session": {
			Type: "apiKey", In: "cookie", Name: o.Cookie,
			Description: "The browser's session. Requests that change something carry its X-CSRF-Token too.",
		},
	}
	return c
}

// document serves the OpenAPI document.
func document(r huma.API) http.HandlerFunc {
	text := documentText(r)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Write(text) //nolint:errcheck // the client went away
	}
}

// documentText is the document as its golden file has it.
func documentText(r huma.API) []byte {
	text, err := json.MarshalIndent(r.OpenAPI(), "", "  ")
	if err != nil {
		panic(err) // it holds nothing but texts
	}
	return append(text, '\n')
}

// withoutValues takes what huma repeats of a request out of its problems: it may
// be a secret.
func withoutValues(_ huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	for _, e := range model.Errors {
		if e != nil {
			e.Value = nil
		}
	}
	return model, nil
}
