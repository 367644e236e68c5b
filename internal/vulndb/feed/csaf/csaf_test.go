package csaf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/assay-sca/assay/internal/vulndb/feed/rpmfeed"
)

func TestParsePURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, kind, name, version, base, module string }{
		{"pkg:rpm/redhat/c%2B%2B-nut@1.0%2Bgit-1.el9?arch=noarch&epoch=2", "rpm", "c++-nut", "1.0+git-1.el9", "pkg:rpm/redhat/c%2B%2B-nut", ""},
		{"pkg:rpm/redhat/nut?arch=src&rpmmod=shell:18", "rpm", "nut", "", "pkg:rpm/redhat/nut", "shell:18"},
		{"pkg:rpm/redhat/nut@1-1?rpmmod=shell:18:8100020240101:aa11", "rpm", "nut", "1-1", "pkg:rpm/redhat/nut", "shell:18"},
		{"pkg:rpm/redhat/nut-flatpak@1-1?arch=src&rpmmod=rhel10", "rpm", "nut-flatpak", "1-1", "pkg:rpm/redhat/nut-flatpak", "rhel10"},
		{"pkg:rpmmod/redhat/shell@18:8100020240101:aa11", "rpmmod", "shell", "18:8100020240101:aa11", "pkg:rpmmod/redhat/shell", "shell:18"},
		{"pkg:rpm/suse/libnut3@?upstream=nut-3.src.rpm#x", "rpm", "libnut3", "", "pkg:rpm/suse/libnut3", ""},
		{"pkg:oci/nut@sha256:00ff?arch=amd64", "oci", "nut", "sha256:00ff", "pkg:oci/nut", ""},
		{"pkg:rpm/redhat/%zz@1", "rpm", "%zz", "1", "pkg:rpm/redhat/%zz", ""},
		{"nut", "", "", "", "", ""},
		{"", "", "", "", "", ""},
	} {
		u := parsePURL(test.text)
		got := []string{u.kind, u.name, u.version, u.base, moduleOf(u)}
		if diff := cmp.Diff([]string{test.kind, test.name, test.version, test.base, test.module}, got); diff != "" {
			t.Errorf("%s: mismatch (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestFromName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, arch string
		want       rpmfeed.Package
		ok         bool
	}{
		{"imlib2-1.4.5-5.1.aarch64", "aarch64", rpmfeed.Package{Name: "imlib2", Version: "1.4.5", Release: "5.1", Arch: "aarch64"}, true},
		{"perl-Switch-2.17-4.1.noarch", "", rpmfeed.Package{Name: "perl-Switch", Version: "2.17", Release: "4.1", Arch: "noarch"}, true},
		{"openssl-1.1.1-2.1", "", rpmfeed.Package{Name: "openssl", Version: "1.1.1", Release: "2.1"}, true},
		{"java-11-openjdk", "", rpmfeed.Package{Name: "java-11-openjdk"}, true},
		{"kernel-source-azure", "x86_64", rpmfeed.Package{Name: "kernel-source-azure", Arch: "x86_64"}, true},
		{"openshift4/ose-nut", "", rpmfeed.Package{}, false},
		{"Red Hat Enterprise Linux 9", "", rpmfeed.Package{}, false},
		{"", "", rpmfeed.Package{}, false},
	} {
		var p placed
		if ok := p.fromName(&product{Name: test.name, arch: test.arch}); ok != test.ok || p.Package != test.want {
			t.Errorf("%q: got %+v, %t", test.name, p.Package, ok)
		}
	}
}

// A small document can name the same large group again and again.
func TestGroupsAreBounded(t *testing.T) {
	t.Parallel()
	var ids, remedies strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&ids, `"%d",`, i)
	}
	for range 10_000 {
		remedies.WriteString(`{"category":"workaround","group_ids":["g"]},`)
	}
	document := `{"document":{"csaf_version":"2.0","tracking":{"id":"NUT-1"}},"product_tree":{"product_groups":[{"group_id":"g","product_ids":[` +
		strings.TrimSuffix(ids.String(), ",") + `]}]},"vulnerabilities":[{"remediations":[` + strings.TrimSuffix(remedies.String(), ",") + `]}]}`
	p := Publisher{Identify: func(id string) (string, string) { return id, "NUT" }, Advisory: func(string) string { return "" }}
	if _, _, err := p.decode([]byte(document)); err == nil || !strings.Contains(err.Error(), "over 10000000 products") {
		t.Errorf("got %v", err)
	}
}
