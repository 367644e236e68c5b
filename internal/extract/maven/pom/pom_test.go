package pom_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/assay-sca/assay/internal/extract"
	"github.com/assay-sca/assay/internal/extract/extracttest"
	"github.com/assay-sca/assay/internal/extract/maven/pom"
)

func TestExtract(t *testing.T) {
	t.Parallel()
	extracttest.Goldens(t, pom.New(), "pom.xml")
}

func TestWants(t *testing.T) {
	t.Parallel()
	extracttest.Wants(t, pom.New(), map[string]bool{
		"pom.xml":        true,
		"a/b/pom.xml":    true,
		"mypom.xml":      false,
		"pom.xml.bak":    false,
		"pom.xml/x":      false,
		"dependency.pom": false,
	})
}

const gear = "<dependency><groupId>g</groupId><artifactId>gear</artifactId><version>1</version></dependency>\n"

func TestFaults(t *testing.T) {
	t.Parallel()
	extracttest.Faults(t, pom.New(), []extracttest.Fault{
		{
			Name: "truncated", Line: 3, Words: "the file ends within", Keep: 1,
			Content: "<project>\n<dependencies>" + gear + "<dependency><groupId>h</groupId><artifactId>",
		},
		{
			Name: "truncated in a tag", Line: 3, Words: "without an end", Keep: 1,
			Content: "<project>\n<dependencies>" + gear + "<depend",
		},
		{
			Name: "closed by another", Line: 3, Words: `"dependencies" is closed by "project"`, Keep: 1,
			Content: "<project>\n<dependencies>" + gear + "</project>",
		},
		{
			Name: "closed and not open", Line: 2, Words: "not open",
			Content: "<project/>\n</project>",
		},
		{
			Name: "two at the top", Line: 2, Words: "more than one", Content: "<project/>\n<project/>",
		},
		{
			Name: "another document", Line: 2, Words: `"html"`, Content: "\n<html></html>",
		},
		{
			Name: "no document", Line: 1, Words: "not XML", Content: "{}",
		},
		{
			Name: "empty", Line: 1, Words: `no element "project"`, Content: "",
		},
		{
			Name: "an entity", Line: 2, Words: "entity", Content: "<!DOCTYPE p [<!ENTITY e \"x\">]><project>\n<version>&e;</version></project>",
		},
		{
			Name: "declared twice", Line: 3, Words: "declared twice, first on line 2", Keep: 2,
			Content: "<project>\n<dependencies>" + gear + strings.Replace(gear, "1", "2", 1) + "</dependencies></project>",
		},
		{
			Name: "an element twice", Line: 3, Words: `"dependencies" stands twice`, Keep: 2,
			Content: "<project>\n<dependencies>" + gear + "</dependencies><dependencies>" + strings.Replace(gear, "gear", "oil", 1) + "</dependencies></project>",
		},
		{
			Name: "no artifact", Line: 2, Words: "without a group or an artifact",
			Content: "<project><dependencies>\n<dependency><groupId>g</groupId></dependency></dependencies></project>",
		},
		{
			Name: "deep", Line: 1, Words: "nested deeper", Content: strings.Repeat("<project>", 300),
		},
	})
}

func TestHostile(t *testing.T) {
	t.Parallel()
	extracttest.Hostile(t, pom.New(), "pom.xml")
}

// TestBombs are properties that would grow without bounds, or take for ever.
func TestBombs(t *testing.T) {
	t.Parallel()
	double := func(n int) string {
		var b strings.Builder
		b.WriteString("<project><properties><p0>xxxxxxxxxx</p0>")
		for i := range n {
			fmt.Fprintf(&b, "<p%d>${p%d}${p%d}</p%d>", i+1, i, i, i+1)
		}
		fmt.Fprintf(&b, "</properties><dependencies>%s</dependencies></project>",
			strings.Replace(gear, "1</version>", fmt.Sprintf("${p%d}</version>", n), 1))
		return b.String()
	}
	var profiles strings.Builder
	profiles.WriteString("<project><properties>")
	for i := range 2000 {
		fmt.Fprintf(&profiles, "<p%d>%s</p%d>", i, strings.Repeat(fmt.Sprintf("${p%d}", i+1), 100), i)
	}
	profiles.WriteString("</properties><profiles>")
	for range 20_000 {
		profiles.WriteString("<profile><properties><x>1</x></properties><dependencies>" +
			strings.Replace(gear, "1</version>", "${p0}</version>", 1) + "</dependencies></profile>")
	}
	profiles.WriteString("</profiles></project>")
	for name, content := range map[string]string{
		"doubling": double(40), "a chain": double(100_000), "profiles": profiles.String(),
	} {
		start := time.Now()
		file, err := pom.New().Extract(context.Background(), extract.Input{Path: "pom.xml", Data: []byte(content)})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if err != nil || len(file.Declared) == 0 || !strings.Contains(file.Declared[0].Constraint, "${") {
			t.Errorf("%s: error %v, %d declarations", name, err, len(file.Declared))
		}
	}
}

func FuzzExtract(f *testing.F) { extracttest.Fuzz(f, pom.New()) }

func BenchmarkExtract(b *testing.B) {
	extracttest.Bench(b, pom.New(), "shared:maven-dependencycheck/pom.xml")
}
