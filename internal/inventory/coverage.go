package inventory

// Status is what became of a file: the five states of the coverage ledger.
type Status string

// The states.
const (
	Read         Status = "read"
	Failed       Status = "failed"          // it could not be read whole
	Unsupported  Status = "unsupported"     // known to be a manifest or lockfile, of a format that nobody reads
	NoAdvisories Status = "no-advisories"   // read, but the database knows nothing of its ecosystem
	Skipped      Status = "skipped-by-rule" // left out on purpose
)

// FileCoverage is one line of the coverage ledger.
type FileCoverage struct {
	Path      string // slash-separated, relative to the root
	Kind      string // the format's name, "directory", or what the file seems to be
	Ecosystem string // empty where there is none
	Status    Status
	Reason    string // one line; empty when there is nothing to say
	Line      int    // of the fault; 0 when unknown
}
