package portfolio

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// vectors are severities as they are seen: most are in the middle.
var vectors = []string{
	"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",                                                                                                 // critical
	"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", // high
	"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", // medium
	"CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", // low
}

// Records writes the advisories of the universe as OSV exports, one
// <Ecosystem>.zip each. with adds some that were not there before: 0 is none, 1
// the first later release, and so on.
func (u *Universe) Records(dir string, with int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for at := range ecosystems {
		if err := u.export(filepath.Join(dir, ecosystems[at].name+".zip"), at, with); err != nil {
			return err
		}
	}
	return nil
}

func (u *Universe) export(file string, at, with int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(f)
	for i := range u.packages[at] {
		p := &u.packages[at][i]
		fixes := p.fixes
		if with > 0 && i%500 == with {
			fixes = append(fixes[:len(fixes):len(fixes)], len(p.versions)-1)
		}
		for n, fix := range fixes {
			id := fmt.Sprintf("LOAD-%d-%05d-%d", at, i, n)
			entry, err := archive.Create(id + ".json")
			if err == nil {
				err = json.NewEncoder(entry).Encode(u.record(at, p, id, fix))
			}
			if err != nil {
				return errors.Join(err, f.Close())
			}
		}
	}
	return errors.Join(archive.Close(), f.Close())
}

func (u *Universe) record(at int, p *pack, id string, fix int) map[string]any {
	n := number(id)
	r := rand.New(rand.NewPCG(u.seed, n))
	events := []map[string]string{{"introduced": "0"}, {"fixed": p.versions[fix]}}
	return map[string]any{
		"schema_version": "1.7.0", "id": id, "modified": "2026-01-01T00:00:00Z", "published": "2025-01-01T00:00:00Z",
		"aliases": []string{fmt.Sprintf("CVE-%d-%d", 2018+n%8, 10_000+n/8%9_000_000)},
		"summary": "A crafted " + word(r, 2) + " makes " + p.name + " " + word(r, 3) + " without a bound",
		"details": word(r, 60) + " " + word(r, 60),
		"severity": []map[string]string{
			{"type": "CVSS_V3", "score": vectors[n%uint64(len(vectors))]}},
		"affected": []map[string]any{{
			"package": map[string]string{"ecosystem": ecosystems[at].name, "name": p.name},
			"ranges":  []map[string]any{{"type": "ECOSYSTEM", "events": events}},
		}},
	}
}
