package csaf

import (
	"github.com/go-json-experiment/json/jsontext"
)

// document is the top level; rest are the fields that we do not know.
type document struct {
	Document        head            `json:"document"`
	ProductTree     tree            `json:"product_tree"`
	Vulnerabilities []vulnerability `json:"vulnerabilities"`
	Rest            jsontext.Value  `json:",embed"`
}

type head struct {
	AggregateSeverity struct {
		Namespace string `json:"namespace"`
		Text      string `json:"text"`
	} `json:"aggregate_severity"`
	Category   string         `json:"category"`
	Version    string         `json:"csaf_version"`
	Notes      []note         `json:"notes"`
	References []reference    `json:"references"`
	Title      string         `json:"title"`
	Tracking   tracking       `json:"tracking"`
	Rest       jsontext.Value `json:",embed"` // acknowledgments, distribution, languages, publisher
}

type tracking struct {
	ID      string         `json:"id"`
	Aliases []string       `json:"aliases"`
	Current string         `json:"current_release_date"`
	Initial string         `json:"initial_release_date"`
	Status  string         `json:"status"`
	Rest    jsontext.Value `json:",embed"` // generator, history, version
}

type note struct {
	Category string         `json:"category"`
	Text     string         `json:"text"`
	Title    string         `json:"title"`
	Rest     jsontext.Value `json:",embed"`
}

type reference struct {
	Category string `json:"category"`
	Summary  string `json:"summary"`
	URL      string `json:"url"`
}

type tree struct {
	Branches         []branch       `json:"branches"`
	FullProductNames []product      `json:"full_product_names"`
	Groups           []group        `json:"product_groups"`
	Relationships    []relationship `json:"relationships"`
	Rest             jsontext.Value `json:",embed"`
}

type branch struct {
	Branches []branch `json:"branches"`
	Category string   `json:"category"`
	Name     string   `json:"name"`
	Product  *product `json:"product"`
}

type product struct {
	Name   string `json:"name"`
	ID     string `json:"product_id"`
	Helper struct {
		CPE   string   `json:"cpe"`
		PURL  string   `json:"purl"`
		PURLs []string `json:"purls"` // since CSAF 2.1
	} `json:"product_identification_helper"`
	arch string // of the branch that it is below
}

type group struct {
	ID       string   `json:"group_id"`
	Products []string `json:"product_ids"`
}

type relationship struct {
	Category  string  `json:"category"`
	Product   product `json:"full_product_name"`
	Reference string  `json:"product_reference"`
	RelatesTo string  `json:"relates_to_product_reference"`
}

type vulnerability struct {
	CVE          string         `json:"cve"`
	CWE          weakness       `json:"cwe"`
	CWEs         []weakness     `json:"cwes"` // since CSAF 2.1
	Flags        []flag         `json:"flags"`
	Notes        []note         `json:"notes"`
	Status       statuses       `json:"product_status"`
	References   []reference    `json:"references"`
	Released     string         `json:"release_date"`
	Remediations []remediation  `json:"remediations"`
	Scores       []score        `json:"scores"`
	Threats      []threat       `json:"threats"`
	Title        string         `json:"title"`
	Rest         jsontext.Value `json:",embed"` // acknowledgments, discovery_date, ids, involvements
}

type weakness struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type statuses struct {
	FirstAffected      []string       `json:"first_affected"`
	FirstFixed         []string       `json:"first_fixed"`
	Fixed              []string       `json:"fixed"`
	KnownAffected      []string       `json:"known_affected"`
	KnownNotAffected   []string       `json:"known_not_affected"`
	LastAffected       []string       `json:"last_affected"`
	Recommended        []string       `json:"recommended"`
	UnderInvestigation []string       `json:"under_investigation"`
	Rest               jsontext.Value `json:",embed"`
}

type flag struct {
	Products []string `json:"product_ids"`
	Groups   []string `json:"group_ids"`
	Label    string   `json:"label"`
}

type remediation struct {
	Products []string       `json:"product_ids"`
	Groups   []string       `json:"group_ids"`
	Category string         `json:"category"`
	Date     string         `json:"date"`
	Details  string         `json:"details"`
	URL      string         `json:"url"`
	Rest     jsontext.Value `json:",embed"` // entitlements, restart_required
}

type threat struct {
	Products []string `json:"product_ids"`
	Groups   []string `json:"group_ids"`
	Category string   `json:"category"`
	Date     string   `json:"date"`
	Details  string   `json:"details"`
}

type score struct {
	Products []string `json:"products"`
	V2       vector   `json:"cvss_v2"`
	V3       vector   `json:"cvss_v3"`
	V4       vector   `json:"cvss_v4"`
}

type vector struct {
	Vector string `json:"vectorString"`
}
