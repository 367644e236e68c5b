package webui

import (
	"net/http/httptest"
	"testing"

	"github.com/assay-sca/assay/internal/app"
)

// TestLinksNameTheServer: a link that is handed on leads to where the operator says
// the server is, whatever host a request names.
func TestLinksNameTheServer(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"": "http://elsewhere.example.org/welcome?link=s", "https://assay.example.org": "https://assay.example.org/welcome?link=s",
	} {
		r := &request{Request: httptest.NewRequestWithContext(t.Context(), "GET", "http://elsewhere.example.org/users", nil), ui: &ui{o: Options{Base: base}}}
		once := r.linkOnce("ada@example.org", app.Link{Secret: "s"})
		if once.Address != want {
			t.Errorf("with the base %q the link is %q, want %q", base, once.Address, want)
		}
	}
}
