package severity

import "testing"

func TestScore(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		vector string
		kind   string
		score  float64
		level  Level
	}{
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS_V3", 9.8, Critical},
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS_V3", 7.5, High},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "CVSS_V3", 0, None},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "CVSS_V4", 9.3, Critical},
		{"AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS_V2", 7.5, High},
		{"AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS_V2", 10, High},
	} {
		got, err := Score(tc.vector)
		if err != nil {
			t.Errorf("%s: %v", tc.vector, err)
			continue
		}
		want := CVSS{Type: tc.kind, Vector: tc.vector, Score: tc.score, Level: tc.level}
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	for _, bad := range []string{"", "CVSS:3.1/", "CVSS:5.0/AV:N", "high"} {
		if got, err := Score(bad); err == nil {
			t.Errorf("%q: got %+v, want an error", bad, got)
		}
	}
}

func TestParseLevel(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]Level{"MODERATE": Medium, "High": High, "CRITICAL": Critical, "low": Low, "": Unknown, "7.5": Unknown} {
		if got, _ := ParseLevel(word); got != want {
			t.Errorf("%q: got %v, want %v", word, got, want)
		}
	}
}

func FuzzScore(f *testing.F) {
	f.Add("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
	f.Add("CVSS:4.0/AV:N")
	f.Add("(AV:N/AC:L/Au:N/C:P/I:P/A:P)")
	f.Fuzz(func(t *testing.T, vector string) {
		c, err := Score(vector)
		if err == nil && (c.Score < 0 || c.Score > 10) {
			t.Errorf("%q: score %v", vector, c.Score)
		}
	})
}
