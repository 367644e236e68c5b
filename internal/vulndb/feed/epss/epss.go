// Package epss reads the daily scores of the Exploit Prediction Scoring System
// (https://www.first.org/epss/data_stats): CSV files with a comment line that
// tells the model and its date, and the columns cve, epss and percentile.
package epss

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/vulndb/feed"
	"github.com/assay-sca/assay/internal/vulndb/feed/field"
	"github.com/assay-sca/assay/internal/vulndb/feed/fileset"
)

// Bounds. The real file has about 10 MB in lines of 40 bytes.
const (
	maxFile    = 1 << 30  // bytes
	maxLine    = 64 << 10 // bytes
	maxColumns = 50       // of the head
	provider   = "EPSS"
)

// Feed is the scores.
type Feed struct{}

var _ feed.Feed = Feed{}

// New returns the feed.
func New() Feed { return Feed{} }

// Name is "epss".
func (Feed) Name() string { return "epss" }

// Providers is FIRST.
func (Feed) Providers() []feed.Provider {
	return []feed.Provider{{
		Name: provider, Title: "Exploit Prediction Scoring System (FIRST.org)", Licence: "free to use, with credit to FIRST.org",
		Covers: "how likely CVEs are exploited within 30 days", Proven: true,
	}}
}

// Files is nil: the address is the file of a day itself.
func (Feed) Files() []string { return nil }

// Sets finds files of scores (*.csv).
func (Feed) Sets(at string) ([]feed.Set, error) {
	return fileset.Sets(fileset.Kind{
		Feed: "epss", What: "EPSS scores (*.csv)", MaxFile: maxFile, Many: read,
		Wants: func(name string) bool { return strings.EqualFold(path.Ext(name), ".csv") },
	}, at)
}

// table is a file while it is read.
type table struct {
	in   *bufio.Reader
	line int
	date string // of the model's run
	// columns are the places of the fields; a percentile is missing in the oldest files.
	cve, score, percentile, width int
}

func read(entry string, r io.Reader, yield func(feed.Record) error) error {
	t := table{in: bufio.NewReaderSize(r, maxLine), date: dateIn(path.Base(entry))}
	if err := t.head(); err != nil {
		return err
	}
	prefix := entry + ":"
	for {
		row, err := t.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(row) == 0 {
			continue
		}
		e, err := t.decode(row)
		record := feed.Record{Entry: prefix + strconv.Itoa(t.line), Provider: provider, EPSS: &e, Err: err}
		if err := yield(record); err != nil {
			return err
		}
	}
}

// next gives a line without its end, and io.EOF behind the last. Each line of a
// whole file has an end.
func (t *table) next() ([]byte, error) {
	text, err := t.in.ReadSlice('\n')
	t.line++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, errs.E(errs.Invalid, "line %d has over %d bytes", t.line, maxLine)
	case errors.Is(err, io.EOF) && len(text) > 0, errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errs.E(errs.Damaged, "it ends in the middle of line %d", t.line)
	case err != nil:
		return nil, err
	}
	return bytes.TrimRight(text, "\r\n"), nil
}

// head reads the comments and the names of the columns.
func (t *table) head() error {
	for {
		text, err := t.next()
		if errors.Is(err, io.EOF) {
			return errs.E(errs.Damaged, "it ends before there are scores")
		}
		if err != nil {
			return err
		}
		text = bytes.TrimPrefix(text, []byte("\uFEFF"))
		if !bytes.HasPrefix(text, []byte("#")) {
			return t.columns(string(text))
		}
		if _, said, ok := strings.Cut(string(text), "score_date:"); ok {
			if t.date = dateIn(said); t.date == "" {
				return errs.E(errs.Invalid, "its score_date %.40q is none", said)
			}
		}
	}
}

func (t *table) columns(head string) error {
	t.cve, t.score, t.percentile = -1, -1, -1
	names := strings.Split(head, ",")
	t.width = len(names)
	for i, name := range names {
		switch strings.ToLower(unquoted(name)) {
		case "cve":
			t.cve = i
		case "epss":
			t.score = i
		case "percentile":
			t.percentile = i
		}
	}
	if t.cve < 0 || t.score < 0 || len(names) > maxColumns {
		return errs.E(errs.Invalid, "line %d names no columns cve and epss: no file of EPSS", t.line)
	}
	return nil
}

// dateIn is the first date in a text, such as a file's name or a time.
func dateIn(text string) string {
	const size = len("2024-01-31")
	for i := 0; i+size <= len(text) && i < maxLine; i++ {
		if text[i] >= '0' && text[i] <= '9' && text[i+4] == '-' && field.Date(text[i:i+size]) {
			return text[i : i+size]
		}
	}
	return ""
}

func (t *table) decode(row []byte) (advisory.EPSS, error) {
	e := advisory.EPSS{Date: t.date}
	var err error
	rest := string(row)
	n := 0
	for more := true; more && n <= t.width; n++ {
		var text string
		text, rest, more = strings.Cut(rest, ",")
		switch n {
		case t.cve:
			e.CVE = unquoted(text)
		case t.score:
			e.Score, err = share("score", text, err)
		case t.percentile:
			e.Percentile, err = share("percentile", text, err)
		}
	}
	switch {
	case n != t.width:
		return e, fmt.Errorf("its line has not the %d fields of the first", t.width)
	case !field.CVE(e.CVE):
		return e, fmt.Errorf("%.60q is no CVE id", e.CVE)
	case err != nil:
		return e, fmt.Errorf("%s: %w", e.CVE, err)
	}
	return e, nil
}

// share reads a number from 0 to 1, unless something is wrong already.
func share(what, text string, earlier error) (float64, error) {
	if earlier != nil {
		return 0, earlier
	}
	value, err := strconv.ParseFloat(unquoted(text), 64)
	if err != nil || !(value >= 0 && value <= 1) {
		return 0, fmt.Errorf("its %s %.40q is no number from 0 to 1", what, text)
	}
	return value, nil
}

func unquoted(text string) string { return strings.Trim(text, `" `) }
