package corpus

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// generatedRecords is the number of advisories that are made when no real ones
// are at hand.
const generatedRecords = 50_000

// Records writes OSV exports of generated advisories, one <Ecosystem>.zip each.
func Records(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	all := ecosystems()
	for i, ecosystem := range all {
		r := rand.New(rand.NewPCG(3, uint64(i)))
		if err := writeExport(filepath.Join(dir, ecosystem+".zip"), r, i, ecosystem, generatedRecords/len(all)); err != nil {
			return err
		}
	}
	return nil
}

func writeExport(file string, r *rand.Rand, at int, ecosystem string, n int) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	archive := zip.NewWriter(f)
	var names []string
	for i := range n {
		if len(names) == 0 || r.IntN(3) == 0 {
			names = append(names, inventName(r, ecosystem))
		}
		id := fmt.Sprintf("BENCH-%d-%05d", at, i)
		entry, err := archive.Create(id + ".json")
		if err != nil {
			return err
		}
		if err := json.NewEncoder(entry).Encode(advisoryOf(r, id, ecosystem, names[r.IntN(len(names))])); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return f.Close()
}

func advisoryOf(r *rand.Rand, id, ecosystem, name string) map[string]any {
	events := []map[string]string{{"introduced": "0"}, {"fixed": fmt.Sprintf("%d.%d.%d", 1+r.IntN(4), r.IntN(30), r.IntN(20))}}
	return map[string]any{
		"schema_version": "1.7.0", "id": id, "modified": "2026-01-01T00:00:00Z", "published": "2025-01-01T00:00:00Z",
		"aliases": []string{fmt.Sprintf("CVE-2025-%d", 10_000+r.IntN(90_000))},
		"summary": inventWord(r, 4) + " in " + name, "details": inventWord(r, 60) + " " + inventWord(r, 60),
		"severity": []map[string]string{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
		"affected": []map[string]any{{
			"package": map[string]string{"ecosystem": ecosystem, "name": name},
			"ranges":  []map[string]any{{"type": "ECOSYSTEM", "events": events}},
		}},
	}
}
