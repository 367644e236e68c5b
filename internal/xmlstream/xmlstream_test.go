package xmlstream_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/xmlstream"
)

// render writes what a document is made of, and the fault that ends it.
func render(text string) string {
	var b strings.Builder
	r := xmlstream.New([]byte(text))
	for {
		t, ok, err := r.Next()
		var content string
		if err == nil && t.Kind == xmlstream.Text {
			content, err = t.Text()
		}
		var a string
		if err == nil {
			a, err = t.Attr("a")
		}
		if err != nil {
			line, message := errs.LineOf(err)
			fmt.Fprintf(&b, "!%d %s", line, message)
			return b.String()
		}
		if !ok {
			return b.String()
		}
		switch t.Kind {
		case xmlstream.Start:
			fmt.Fprintf(&b, "<%s@%d ", t.Name, t.Line)
			if a != "" {
				fmt.Fprintf(&b, "a=%s ", a)
			}
		case xmlstream.End:
			fmt.Fprintf(&b, "%s> ", t.Name)
		case xmlstream.Text:
			if content = strings.TrimSpace(content); content != "" {
				fmt.Fprintf(&b, "%q ", content)
			}
		}
	}
}

func TestReader(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"elements", "<a>\n<b>x</b>\n<c/></a>", `<a@1 <b@2 "x" b> <c@3 c> a> `},
		{"attributes", "<x\n a = 'o>ne' b=\"\"><x b='2' n:a=\"t&amp;o\" /></x >", `<x@1 a=o>ne <x@2 a=t&o x> x> `},
		{"what is read over", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e \"]>\"> <!-- > -->]>\n<!-- <b> --><a/>\n<!-- -->\n", "<a@2 a> "},
		{"texts", "<a>1<!-- -->2<![CDATA[<3>&amp;]]>&lt;&#52;&#x35;</a>", `<a@1 "1" "2" "<3>&amp;" "<45" a> `},
		{"prefixes", "<n:a xmlns:n='u'><:b></:b></n:a>", "<a@1 <b@1 b> a> "},
		{"unknown entity", "<a>\n&e;</a>", `<a@1 !1 the entity "e" is not known: only XML's own are`},
		{"no entity", "<a>&</a>", `<a@1 !1 not XML: "&" that begins no entity`},
		{"no character", "<a>&#xD800;</a>", `<a@1 !1 the entity "#xD800" is not known: only XML's own are`},
		{"ends within", "<a>\n<b>", `<a@1 <b@2 !2 the file ends within the element "b"`},
		{"ends within a tag", "<a>\n<b", `<a@1 !2 not XML: a tag without an end`},
		{"ends within a closing tag", "<a>\n</a", `<a@1 !2 not XML: a tag without an end`},
		{"ends within a value", "<a b='>", `!1 not XML: a value without an end`},
		{"ends within a comment", "<a>\n<!-- ", `<a@1 !2 not XML: a comment without an end`},
		{"ends within a document type", "\n<!DOCTYPE a '", `!2 not XML: a document type without an end`},
		{"ends within a comment of a document type", "\n<!DOCTYPE a [<!-- ", `!2 not XML: a comment without an end`},
		{"closed by another", "<a>\n<b></a>", `<a@1 <b@2 !2 not XML: element "b" is closed by "a"`},
		{"closed and not open", "</a>", `!1 not XML: element "a" is closed and not open`},
		{"two at the top", "<a/>\n<b/>", `<a@1 a> !2 not XML: more than one element at the top`},
		{"text outside", "\n{}", `!2 not XML: text outside of all elements`},
		{"CDATA outside", "<![CDATA[]]>", `!1 not XML: text outside of all elements`},
		{"no name", "<a>< b></a>", `<a@1 !1 not XML: "<" without a name`},
		{"tag in a tag", "<a <b>", `!1 not XML: a tag without an end`},
		{"quote behind a name", "<a'b'>", `!1 not XML: "'b'" behind the name of an element`},
		{"attribute without a value", "<a b>", `!1 not XML: an attribute without a value in the element "a"`},
		{"value without quotes", "<a b=1>", `!1 not XML: a value without quotes in the element "a"`},
		{"deep", strings.Repeat("<a>", 201), strings.Repeat("<a@1 ", 200) + "!1 elements are nested deeper than 200"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := render(tt.text); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// FuzzReader checks that what the standard library reads, the reader reads alike.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		"<a>\n<b x='1'>x</b>\n<c/></a>", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e \"]>\">]><a>&lt;&#52;<![CDATA[]]></a>", "<a", "</a>", "<a b='",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if bytes.IndexByte(data, '\r') >= 0 {
			return // the standard library turns line ends into one kind
		}
		want, err := standard(data)
		got, ourErr := own(data)
		if err == nil && ourErr == nil && got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func own(data []byte) (string, error) {
	var b strings.Builder
	r := xmlstream.New(data)
	for {
		t, ok, err := r.Next()
		if err != nil || !ok {
			return b.String(), err
		}
		switch t.Kind {
		case xmlstream.Start:
			fmt.Fprintf(&b, "<%s>", t.Name)
		case xmlstream.End:
			fmt.Fprintf(&b, "</%s>", t.Name)
		case xmlstream.Text:
			text, err := t.Text()
			if err != nil {
				return b.String(), err
			}
			b.WriteString(text)
		}
	}
}

func standard(data []byte) (string, error) {
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(data))
	depth := 0
	for {
		token, err := d.Token()
		if token == nil {
			if err.Error() == "EOF" {
				err = nil
			}
			return b.String(), err
		}
		switch t := token.(type) {
		case xml.StartElement:
			fmt.Fprintf(&b, "<%s>", t.Name.Local)
			depth++
		case xml.EndElement:
			fmt.Fprintf(&b, "</%s>", t.Name.Local)
			depth--
		case xml.CharData:
			if depth > 0 {
				b.WriteString(string(t))
			}
		}
	}
}

func BenchmarkReader(b *testing.B) {
	text := []byte("<list>\n" + strings.Repeat("  <item id=\"1\" name='x'>\n    <name>a name</name>\n    <size>10</size>\n  </item>\n", 10_000) + "</list>")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := xmlstream.New(text)
		for ok := true; ok; {
			var err error
			if _, ok, err = r.Next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
