package vulndb

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/severity"
	"github.com/assay-sca/assay/internal/version"
)

// Query is what a search asks for; what is zero does not matter. All that is asked
// must hold.
type Query struct {
	ID        string         // a record's id, an alias, or what is upstream of it
	Ecosystem string         // as OSV names it, without a release
	Packages  []string       // normalised names, any of them
	System    *distro.System // packages of this operating system
	CPE       *cpe.Name      // products that the name matches; its version is compared
	Provider  string
	Weakness  string // CWE-79
	Text      string // words of the summary
	Fix       advisory.FixState
	AnyFix    bool           // Fix counts: its zero value is "unknown"
	Severity  severity.Level // at least
	Exploited bool           // in the catalogue of known exploited vulnerabilities
	EPSS      float64        // at least

	PublishedAfter, PublishedBefore time.Time // after includes the instant, before does not
	ModifiedAfter, ModifiedBefore   time.Time

	Affects string // a version that an entry covers
	Dead    bool   // withdrawn and rejected records, too

	After int64 // the number of the last record of the page before
	Limit int   // records a page; 0: a hundred
}

const defaultLimit = 100

// Page is one page of a search: the entries that were asked for, record by record.
type Page struct {
	Rows []Row
	Next int64 // After of the next page; 0: this was the last
}

// Find searches. Records come in the order in which they were stored.
func (db *DB) Find(ctx context.Context, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	var page Page
	records := 0
	for {
		numbers, err := db.findRecords(ctx, &q, q.Limit-records+1)
		if err != nil || len(numbers) == 0 {
			return page, err
		}
		full := len(numbers) > q.Limit-records
		if full {
			numbers = numbers[:q.Limit-records]
		}
		rows, err := db.entries(ctx, &q, numbers)
		if err != nil {
			return page, err
		}
		page.Rows = append(page.Rows, rows...)
		records += countRecords(rows)
		q.After = numbers[len(numbers)-1]
		if !full {
			return page, nil
		}
		if records >= q.Limit {
			page.Next = q.After
			return page, nil
		}
	}
}

func countRecords(rows []Row) int {
	n := 0
	for i := range rows {
		if i == 0 || rows[i].Advisory != rows[i-1].Advisory {
			n++
		}
	}
	return n
}

// condition is a part of the statement with its argument.
type condition struct {
	text string // with ? for the argument, wherever it stands
	arg  any
}

// findRecords gives the numbers of the next records that match what can be asked
// of the tables.
func (db *DB) findRecords(ctx context.Context, q *Query, limit int) ([]int64, error) {
	conditions, err := db.conditions(ctx, q)
	if err != nil {
		return nil, err
	}
	text, args := statement(conditions, limit)
	var numbers []int64
	err = db.each(ctx, text, func(scan func(...any) error) error {
		var n int64
		err := scan(&n)
		numbers = append(numbers, n)
		return err
	}, args...)
	return numbers, err
}

func statement(conditions []condition, limit int) (text string, args []any) {
	var b strings.Builder
	b.WriteString(`select a.id from advisories a where true`)
	for i, c := range conditions {
		b.WriteString("\nand " + strings.ReplaceAll(c.text, "?", "?"+strconv.Itoa(i+1)))
		args = append(args, c.arg)
	}
	b.WriteString("\norder by a.id limit ?")
	return b.String(), append(args, limit)
}

// The conditions. Each but those on the record's own columns names its records by
// way of an index.
const (
	afterCondition    = `a.id > ?`
	idCondition       = `a.id in (select value from json_each(?))`
	providerCondition = `a.provider_id in (select id from providers where name = ?)`
	packagesCondition = `a.id in (
		select f.advisory_id from json_each(?) n join packages p on p.name = n.value join affected f on f.package_id = p.id
		union
		select f.advisory_id from json_each(?) n join packages p on p.name = n.value join unaffected f on f.package_id = p.id)`
	systemsCondition = `a.id in (
		select f.advisory_id from json_each(?) s join affected f on f.operating_system_id = s.value and f.operating_system_id > 0
		union
		select f.advisory_id from json_each(?) s join unaffected f on f.operating_system_id = s.value and f.operating_system_id > 0)`
	productsCondition  = `a.id in (select f.advisory_id from json_each(?) c join affected_cpes f on f.cpe_id = c.value)`
	ecosystemCondition = `(exists (select 1 from affected f join packages p on p.id = f.package_id where f.advisory_id = a.id and p.ecosystem = ?)
		or exists (select 1 from unaffected f join packages p on p.id = f.package_id where f.advisory_id = a.id and p.ecosystem = ?))`
	weaknessCondition  = `a.id in (select w.advisory_id from weaknesses w where w.cwe = ?)`
	textCondition      = `a.id in (select rowid from summaries where summaries match ?)`
	fixCondition       = `exists (select 1 from affected f where f.advisory_id = a.id and f.fix_state = ?)`
	exploitedCondition = `a.id in (select l.advisory_id from known_exploited k cross join aliases l on l.name = k.cve where l.kind < ?)`
	epssCondition      = `a.id in (select l.advisory_id from epss e join aliases l on l.name = e.cve where l.kind < 3 and e.score >= ?)`
	severityCondition  = `a.severity >= ?`
	liveCondition      = `(a.withdrawn is null and a.status <> ?)`

	publishedAfterCondition  = `a.published >= ?`
	publishedBeforeCondition = `a.published < ?`
	modifiedAfterCondition   = `a.modified >= ?`
	modifiedBeforeCondition  = `a.modified < ?`
)

const (
	relatedKind    = 3 // of an alias
	rejectedStatus = 3 // of an advisory
)

func (db *DB) conditions(ctx context.Context, q *Query) ([]condition, error) {
	list := []condition{{afterCondition, q.After}}
	add := func(wanted bool, text string, arg any) {
		if wanted {
			list = append(list, condition{text, arg})
		}
	}
	sets, err := db.setConditions(ctx, q)
	if err != nil {
		return nil, err
	}
	list = append(list, sets...)
	add(q.Provider != "", providerCondition, q.Provider)
	add(q.Ecosystem != "" && len(q.Packages) == 0, ecosystemCondition, q.Ecosystem)
	add(q.Weakness != "", weaknessCondition, strings.ToUpper(q.Weakness))
	add(q.Text != "", textCondition, matchWords(q.Text))
	add(q.AnyFix, fixCondition, slices.Index(advisory.FixStates(), q.Fix))
	add(q.Exploited, exploitedCondition, relatedKind)
	add(q.EPSS > 0, epssCondition, q.EPSS)
	add(q.Severity > severity.Unknown, severityCondition, int(q.Severity))
	add(!q.Dead, liveCondition, rejectedStatus)
	add(!q.PublishedAfter.IsZero(), publishedAfterCondition, q.PublishedAfter.UnixMilli())
	add(!q.PublishedBefore.IsZero(), publishedBeforeCondition, q.PublishedBefore.UnixMilli())
	add(!q.ModifiedAfter.IsZero(), modifiedAfterCondition, q.ModifiedAfter.UnixMilli())
	add(!q.ModifiedBefore.IsZero(), modifiedBeforeCondition, q.ModifiedBefore.UnixMilli())
	return list, nil
}

// setConditions are those whose argument is a list, as JSON.
func (db *DB) setConditions(ctx context.Context, q *Query) ([]condition, error) {
	var list []condition
	add := func(text string, values any) error {
		data, err := json.Marshal(values)
		list = append(list, condition{text, string(data)})
		return err
	}
	if q.ID != "" {
		numbers, err := db.named(ctx, q.ID)
		if err := firstError(err, add(idCondition, numbers)); err != nil {
			return nil, err
		}
	}
	if len(q.Packages) > 0 {
		if err := add(packagesCondition, q.Packages); err != nil {
			return nil, err
		}
	}
	if q.System != nil {
		numbers, err := db.systemNumbers(ctx, *q.System)
		if err := firstError(err, add(systemsCondition, numbers)); err != nil {
			return nil, err
		}
	}
	if q.CPE != nil {
		numbers, err := db.products(ctx, *q.CPE)
		if err := firstError(err, add(productsCondition, numbers)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func firstError(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

// matchWords asks for every word, whatever signs stand among them. Words are taken
// apart as the index does ("node.js" is two): quoted whole they would be a phrase,
// and the index keeps no places.
func matchWords(text string) string {
	var words []string
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.Co) }) {
		words = append(words, `"`+word+`"`)
	}
	if words == nil {
		return `""` // no word is in no summary
	}
	return strings.Join(words, " ")
}

const productsQuery = `
select id, part, vendor, product, edition, language, software_edition, target_software, target_hardware, other
from cpes where product = ?`

const vendorsQuery = `
select id, part, vendor, product, edition, language, software_edition, target_software, target_hardware, other
from cpes where ? in (vendor, '*')`

// products are the numbers of the stored names that a name matches. One without a
// product reads all: it is asked by people, not in a scan.
func (db *DB) products(ctx context.Context, asked cpe.Name) ([]int64, error) {
	query, arg := productsQuery, asked.Product
	if asked.Product == cpe.Any {
		query, arg = vendorsQuery, asked.Vendor
	}
	numbers := []int64{}
	err := db.each(ctx, query, func(scan func(...any) error) error {
		var id int64
		var n cpe.Name
		err := scan(&id, &n.Part, &n.Vendor, &n.Product, &n.Edition, &n.Language, &n.SoftwareEdition, &n.TargetSoftware, &n.TargetHardware, &n.Other)
		if n.Covers(asked) {
			numbers = append(numbers, id)
		}
		return err
	}, arg)
	return numbers, err
}

const entriesQuery = `
select f.advisory_id, f.sequence, p.ecosystem, p.name, '', coalesce(s.id, 0), coalesce(s.name || ' ' || s.label, ''), f.intervals, f.withdrawn, 0, f.fix_state
from json_each(?1) n
cross join affected f on f.advisory_id = n.value
cross join packages p on p.id = f.package_id
left join operating_systems s on s.id = f.operating_system_id
union all
select f.advisory_id, f.sequence, p.ecosystem, p.name, '', coalesce(s.id, 0), coalesce(s.name || ' ' || s.label, ''), f.intervals, f.withdrawn, 1, 0
from json_each(?1) n
cross join unaffected f on f.advisory_id = n.value
cross join packages p on p.id = f.package_id
left join operating_systems s on s.id = f.operating_system_id
union all
select f.advisory_id, f.sequence, '', c.vendor || ' ' || c.product,
	json_array(c.part, c.vendor, c.product, c.edition, c.language, c.software_edition, c.target_software, c.target_hardware, c.other),
	0, '', f.intervals, f.withdrawn, f.unaffected, 0
from json_each(?1) n
cross join affected_cpes f on f.advisory_id = n.value
cross join cpes c on c.id = f.cpe_id
order by 1, 2`

// entries are the records' entries that were asked for; a record of which none is
// named has one row without a package.
func (db *DB) entries(ctx context.Context, q *Query, numbers []int64) ([]Row, error) {
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	keep, err := db.entryFilter(ctx, q)
	if err != nil {
		return nil, err
	}
	byRecord := map[int64][]Row{}
	named := map[int64]bool{}
	err = db.each(ctx, entriesQuery, func(scan func(...any) error) error {
		var r Row
		var sequence int
		var intervals string
		if err := scan(&r.Advisory, &sequence, &r.Ecosystem, &r.Package, &r.CPE, &r.systemNumber, &r.System, &intervals, &r.Withdrawn, &r.Unaffected, &r.fix); err != nil {
			return err
		}
		var err error
		if r.Intervals, err = advisory.DecodeIntervals(intervals); err != nil {
			return err
		}
		if r.CPE, err = productName(r.CPE); err != nil {
			return err
		}
		r.Fix = advisory.FixStates()[r.fix]
		named[r.Advisory] = true
		if keep(&r) {
			byRecord[r.Advisory] = append(byRecord[r.Advisory], r)
		}
		return nil
	}, string(list))
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, n := range numbers {
		if !named[n] && q.Affects == "" {
			rows = append(rows, Row{Advisory: n})
		}
		rows = append(rows, byRecord[n]...)
	}
	return rows, nil
}

// productName writes the columns of a product as a name: their signs must be quoted.
func productName(columns string) (string, error) {
	if columns == "" {
		return "", nil
	}
	var c [9]string
	if err := json.Unmarshal([]byte(columns), &c); err != nil {
		return "", err
	}
	return cpe.Name{Part: c[0], Vendor: c[1], Product: c[2], Edition: c[3], Language: c[4], SoftwareEdition: c[5],
		TargetSoftware: c[6], TargetHardware: c[7], Other: c[8]}.String(), nil
}

// entryFilter tells whether an entry is one that was asked for.
func (db *DB) entryFilter(ctx context.Context, q *Query) (func(*Row) bool, error) {
	var systems []int64
	if q.System != nil {
		var err error
		if systems, err = db.systemNumbers(ctx, *q.System); err != nil {
			return nil, err
		}
	}
	return func(r *Row) bool {
		switch {
		case r.Withdrawn && !q.Dead,
			q.Ecosystem != "" && r.Ecosystem != q.Ecosystem,
			len(q.Packages) > 0 && !slices.Contains(q.Packages, r.Package),
			q.System != nil && !slices.Contains(systems, r.systemNumber),
			q.AnyFix && r.Fix != q.Fix,
			q.CPE != nil && !productMatches(r, *q.CPE):
			return false
		}
		return q.Affects == "" || r.Covers(q.Affects)
	}, nil
}

// productMatches compares a version with and without its update: entries speak of
// "1.0-rc1", or of 1.0 with all its updates.
func productMatches(r *Row, asked cpe.Name) bool {
	n, err := cpe.Parse(r.CPE)
	if err != nil || !n.Covers(asked) {
		return false
	}
	if asked.Version == cpe.Any || asked.Version == cpe.NA || r.Covers(asked.Version) {
		return true
	}
	return asked.Update != cpe.Any && asked.Update != cpe.NA && r.Covers(asked.Version+"-"+asked.Update)
}

// Covers tells whether the entry's intervals cover a version. What cannot be
// compared is not covered; see Compare for the reason.
func (r *Row) Covers(text string) bool {
	scheme := version.SchemeOf(r.Ecosystem)
	if r.CPE != "" {
		scheme = version.SchemeOf(cpe.Ecosystem)
	}
	v, err := version.Parse(scheme, text)
	for _, i := range r.Intervals {
		if i == (advisory.Interval{}) || i.Exact && i.Lower == text {
			return true
		}
		bounds, boundErr := i.Bounds(scheme)
		if err != nil || boundErr != nil {
			continue
		}
		if in, err := bounds.Contains(v); err == nil && in {
			return true
		}
	}
	return false
}
