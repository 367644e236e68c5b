package secdb

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	p := newPatterns()
	for line, want := range map[string]string{
		"CVE-2020-0001":                                    "CVE-2020-0001||",
		"CVE-2020-0002 CVE-2020-0001":                      "CVE-2020-0001,CVE-2020-0002||",
		"CVE-2017-5753 CVE-2017-5715 XSA-254 XPTI":         "CVE-2017-5715,CVE-2017-5753|XSA-254|XPTI",
		"CVE-2017-12122 TALOS-2017-0488":                   "CVE-2017-12122|TALOS-2017-0488|",
		"CVE-2017-2616 (+ regression fix)":                 "CVE-2017-2616||(+ regression fix)",
		"CVE-2018-10103 (SMB - CVE-2018-10104 is another)": "CVE-2018-10103||(SMB - CVE-2018-10104 is another)",
		"CVE-2017-17434-1":                                 "CVE-2017-17434||-1",
		"CVE-2017-8073.patch":                              "CVE-2017-8073||.patch",
		"CVE 2018-16859":                                   "CVE-2018-16859||",
		"CVE_2019-2426":                                    "CVE-2019-2426||",
		"cve-2019-2426":                                    "CVE-2019-2426||",
		"CVE-????-?????  XSA-284":                          "XSA-284||CVE-????-?????",
		"wnpa-sec-2017-18":                                 "wnpa-sec-2017-18||",
		"GHSA-v6v8-xj6m-xwqh":                              "GHSA-v6v8-xj6m-xwqh||",
		"GHSA-vvvv-xxxx-wwww":                              "GHSA-vvvv-xxxx-wwww||",
		"":                                                 "||",
		"several fixes":                                    "||several fixes",
	} {
		ids, related, remark := p.parse(line)
		if got := strings.Join(ids, ",") + "|" + strings.Join(related, ",") + "|" + remark; got != want {
			t.Errorf("parse(%q) = %s, want %s", line, got, want)
		}
	}
}
