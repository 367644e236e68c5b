package webui

import "testing"

func TestDetailWords(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string]string{
		`{}`: "",
		`{"findings":[198,308],"state":"not_affected"}`:                "findings 2; state not affected",
		`{"comment":"known, and kept","until":"2027-01-31T00:00:00Z"}`: "comment “known, and kept”; until 2027-01-31",
		`{"role":["","developer"]}`:                                    "role none → developer",
		`{"scopes":["read","scan"],"project":null}`:                    "scopes read, scan",
		`{"others":true}`: "others yes",
		`no JSON`:         "no JSON",
	} {
		if got := detailWords(detail); got != want {
			t.Errorf("%s is written %q, want %q", detail, got, want)
		}
	}
}

func TestDateOfNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"2026-05-11T10:00:00Z": "2026-05-11", "0001-01-01T00:00:00Z": "", "": ""} {
		if got := dateOf(text); got != want {
			t.Errorf("the date of %q is %q, want %q", text, got, want)
		}
	}
}
