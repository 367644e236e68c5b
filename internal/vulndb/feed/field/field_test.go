package field

import "testing"

func TestCVE(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"CVE-2024-0001": true, "CVE-1999-1234567890123456789": true,
		"": false, "CVE-": false, "CVE-2024-001": false, "cve-2024-0001": false, "CVE-2024-00O1": false,
		"CVE-20240-001": false, "CVE-2024-12345678901234567890": false, "CVE-2024-0001 ": false,
	} {
		if got := CVE(text); got != want {
			t.Errorf("CVE(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestCWE(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"CWE-79": true, "CWE-1": true, "CWE-": false, "NVD-CWE-noinfo": false, "CWE-7a": false, "CWE-12345678901": false,
	} {
		if got := CWE(text); got != want {
			t.Errorf("CWE(%q) = %t, want %t", text, got, want)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2024-01-31":                "2024-01-31T00:00:00Z",
		"2024-01-31T10:11:12.345":   "2024-01-31T10:11:12.345Z",
		"2024-01-31T10:11:12":       "2024-01-31T10:11:12Z",
		"2024-01-31T10:11:12Z":      "2024-01-31T10:11:12Z",
		"2024-01-31T10:11:12+02:00": "2024-01-31T10:11:12+02:00",
		"2024-02-31":                "",
		"31.01.2024":                "",
		"":                          "",
	} {
		if got, ok := Time(text); got != want || ok != (want != "") {
			t.Errorf("Time(%q) = %q, %t; want %q", text, got, ok, want)
		}
	}
}
