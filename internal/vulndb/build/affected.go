package build

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
	"github.com/assay-sca/assay/internal/cpe"
	"github.com/assay-sca/assay/internal/distro"
	"github.com/assay-sca/assay/internal/purl"
	"github.com/assay-sca/assay/internal/version"
	"github.com/assay-sca/assay/internal/vulndb"
)

// encoded is a record as its blobs.
type encoded struct {
	head  []byte
	parts [][]byte
}

func encode(provider string, a *advisory.Advisory) (encoded, error) {
	head, err := vulndb.EncodeVulnerability(provider, a)
	if err != nil {
		return encoded{}, err
	}
	e := encoded{head: head, parts: make([][]byte, len(a.Affected))}
	for i := range a.Affected {
		if e.parts[i], err = vulndb.EncodeAffected(&a.Affected[i], scheme(&a.Affected[i])); err != nil {
			return e, err
		}
	}
	return e, nil
}

// scheme is the order of versions that an entry's ranges are in.
func scheme(f *advisory.Affected) version.Scheme {
	if f.CPE != "" {
		return version.SchemeOf(cpe.Ecosystem)
	}
	return version.SchemeOf(f.Ecosystem)
}

// digest covers a record's content by the digests of its parts.
func (e encoded) digest() [sha256.Size]byte {
	sum := sha256.New()
	head := sha256.Sum256(e.head)
	sum.Write(head[:])
	for _, part := range e.parts {
		digest := sha256.Sum256(part)
		sum.Write(digest[:])
	}
	return [sha256.Size]byte(sum.Sum(nil))
}

func (b *Builder) addAffected(ctx context.Context, row int64, sequence int, a *advisory.Advisory, part []byte) error {
	f := &a.Affected[sequence]
	blob, err := b.blobs.add(part)
	if err != nil {
		return err
	}
	intervals := advisory.EncodeIntervals(intervals(f))
	if f.CPE != "" {
		return b.addProduct(ctx, row, sequence, a, intervals, blob)
	}
	ecosystem, os, err := b.system(ctx, f.Ecosystem)
	if err != nil {
		return err
	}
	pkg, err := b.pkg(ctx, ecosystem, purl.Normalize(ecosystem, f.Name))
	if err != nil {
		return err
	}
	if f.Unaffected {
		if os == 0 {
			b.unaffected++
		}
		_, err = b.insert.unaffected.ExecContext(ctx, pkg, os, row, sequence, a.Dead(), intervals, qualifiers(f), blob)
		return err
	}
	// Rare, so they stand in the hot row instead of a blob to be fetched for all.
	var ratings any
	if len(f.Severity) > 0 {
		ratings = advisory.EncodeRatings(f.Severity)
	}
	_, err = b.insert.affected.ExecContext(ctx, pkg, os, row, sequence, a.Dead(), fixState(f), intervals, ratings, qualifiers(f), blob)
	return err
}

// intervals are those of an entry. Where nothing is said of versions a denial speaks
// of all; one whose ranges hold no version, such as those of commits, of none.
func intervals(f *advisory.Affected) []advisory.Interval {
	list := f.Intervals(scheme(f))
	if f.Unaffected && len(list) == 0 && len(f.Ranges)+len(f.Versions) > 0 {
		return []advisory.Interval{{Lower: "0", Upper: "0"}}
	}
	return list
}

func (b *Builder) addProduct(ctx context.Context, row int64, sequence int, a *advisory.Advisory, intervals string, blob int64) error {
	f := &a.Affected[sequence]
	id, err := b.product(ctx, f.CPE)
	if err != nil {
		return err
	}
	var platforms any
	if len(f.Platforms) > 0 {
		text, err := json.Marshal(f.Platforms)
		if err != nil {
			return err
		}
		platforms = string(text)
	}
	_, err = b.insert.affectedCPE.ExecContext(ctx, id, row, sequence, a.Dead(), f.Unaffected, intervals, platforms, blob)
	return err
}

func (b *Builder) product(ctx context.Context, text string) (int64, error) {
	name, err := cpe.Parse(text)
	if err != nil {
		return 0, err
	}
	name.Version, name.Update = cpe.Any, cpe.Any
	key := name.String()
	if id, ok := b.cpes[key]; ok {
		return id, nil
	}
	b.ids.cpe++
	b.cpes[key] = b.ids.cpe
	_, err = b.insert.cpe.ExecContext(ctx, b.ids.cpe, name.Part, name.Vendor, name.Product, name.Edition, name.Language,
		name.SoftwareEdition, name.TargetSoftware, name.TargetHardware, name.Other)
	return b.ids.cpe, err
}

// fixState is the state's number.
func fixState(f *advisory.Affected) int {
	state := f.Fix.State
	if state == advisory.FixUnknown {
		for i := range f.Ranges {
			if r := &f.Ranges[i]; r.Type != advisory.Git && ends(r.Events) {
				state = advisory.Fixed
			}
		}
		for _, i := range f.Stated {
			if i.Fix() != "" {
				state = advisory.Fixed
			}
		}
	}
	for n, s := range advisory.FixStates() {
		if s == state {
			return n
		}
	}
	return 0
}

func ends(events []advisory.Event) bool {
	for _, e := range events {
		if e.Fixed != "" {
			return true
		}
	}
	return false
}

// qualifiers are what must hold besides the version, for the hot row.
func qualifiers(f *advisory.Affected) any {
	if f.Modularity == "" && len(f.Architectures) == 0 {
		return nil
	}
	return advisory.EncodeQualifiers(advisory.Qualifiers{Modularity: f.Modularity, Architectures: f.Architectures})
}

func (b *Builder) pkg(ctx context.Context, ecosystem, name string) (int64, error) {
	key := [2]string{ecosystem, name}
	if id, ok := b.packages[key]; ok {
		return id, nil
	}
	b.ids.pkg++
	b.packages[key] = b.ids.pkg
	_, err := b.insert.pkg.ExecContext(ctx, b.ids.pkg, ecosystem, name)
	return b.ids.pkg, err
}

// system takes apart what OSV joins: "Debian:12" is the packages of an operating
// system at a release, "Packagist:https://…" a further registry of an ecosystem.
// Only the former depends on the system that a package runs on; none is 0.
func (b *Builder) system(ctx context.Context, written string) (ecosystem string, id int64, err error) {
	ecosystem, s, ok := distro.FromOSV(written)
	if !ok {
		return ecosystem, 0, nil
	}
	key := [2]string{s.Name, s.Label}
	if id, ok := b.systems[key]; ok {
		return ecosystem, id, nil
	}
	b.ids.system++
	b.systems[key] = b.ids.system
	_, err = b.insert.system.ExecContext(ctx, b.ids.system, s.Name, s.Label, s.Major, s.Minor, s.Codename, s.Channel, s.Rolling)
	return ecosystem, b.ids.system, err
}
