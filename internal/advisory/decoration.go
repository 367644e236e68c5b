package advisory

// KnownExploited says that a vulnerability is exploited in the wild, in the terms
// of CISA's catalogue (https://www.cisa.gov/known-exploited-vulnerabilities-catalog).
type KnownExploited struct {
	CVE        string   `json:"cve"`
	Vendor     string   `json:"vendor,omitempty"`
	Product    string   `json:"product,omitempty"`
	Name       string   `json:"name,omitempty"`
	Added      string   `json:"added"` // a date
	Summary    string   `json:"summary,omitempty"`
	Action     string   `json:"action,omitempty"`
	Due        string   `json:"due,omitempty"`
	Ransomware string   `json:"ransomware,omitempty"` // Known or Unknown
	Notes      string   `json:"notes,omitempty"`
	Weaknesses []string `json:"weaknesses,omitempty"`
}

// EPSS is a prediction of exploitation within 30 days
// (https://www.first.org/epss/model).
type EPSS struct {
	CVE        string
	Score      float64 // 0 to 1
	Percentile float64 // 0 to 1
	Date       string  // of the model's run
}

// EndOfLife is a release cycle of a product (https://endoflife.date/docs/api/v1/).
type EndOfLife struct {
	Product      string `json:"product"`
	Cycle        string `json:"cycle"`
	Codename     string `json:"codename,omitempty"`
	Released     string `json:"released,omitempty"` // dates; empty: not told
	SupportEnds  string `json:"support_ends,omitempty"`
	Ends         string `json:"ends,omitempty"`
	ExtendedEnds string `json:"extended_ends,omitempty"`
	Ended        bool   `json:"ended,omitempty"` // without a date
	Latest       string `json:"latest,omitempty"`
	Link         string `json:"link,omitempty"`
	Note         string `json:"note,omitempty"`
}

// Decoration is what is known of a vulnerability beside its advisories.
type Decoration struct {
	Exploited  bool
	Added      string // to the catalogue of known exploited vulnerabilities, a date
	Due        string
	Ransomware bool
	EPSS       float64 // 0: not known
	Percentile float64
	Weaknesses []string
}
