package vulndb

import (
	"context"
	"encoding/json"

	"github.com/assay-sca/assay/internal/advisory"
)

const decorationsQuery = `
select n.value, coalesce(k.added, ''), coalesce(k.due, ''), coalesce(k.ransomware, 0), coalesce(e.score, 0), coalesce(e.percentile, 0),
	(select json_group_array(distinct w.cwe order by w.cwe)
		from vulnerabilities v cross join weaknesses w on w.advisory_id = v.advisory_id where v.name = n.value)
from json_each($1) n
left join known_exploited k on k.cve = n.value
left join epss e on e.cve = n.value`

// Decorations gives, for vulnerabilities by name, what is known beside their
// advisories; those of which nothing is known are not in it.
func (db *DB) Decorations(ctx context.Context, names []string) (map[string]advisory.Decoration, error) {
	out := make(map[string]advisory.Decoration, len(names))
	for len(names) > 0 {
		n := min(chunk, len(names))
		if err := db.decorations(ctx, names[:n], out); err != nil {
			return nil, err
		}
		names = names[n:]
	}
	return out, nil
}

func (db *DB) decorations(ctx context.Context, names []string, out map[string]advisory.Decoration) error {
	list, err := json.Marshal(names)
	if err != nil {
		return err
	}
	return db.each(ctx, decorationsQuery, func(scan func(...any) error) error {
		var name string
		var d advisory.Decoration
		var weaknesses []byte
		if err := scan(&name, &d.Added, &d.Due, &d.Ransomware, &d.EPSS, &d.Percentile, &weaknesses); err != nil {
			return err
		}
		d.Exploited = d.Added != ""
		if string(weaknesses) != "[]" {
			if err := json.Unmarshal(weaknesses, &d.Weaknesses); err != nil {
				return err
			}
		}
		if d.Exploited || d.EPSS > 0 || d.Weaknesses != nil {
			out[name] = d
		}
		return nil
	}, string(list))
}
