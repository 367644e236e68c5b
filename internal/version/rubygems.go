package version

import (
	"strings"

	"github.com/google/osv-scalibr/semantic"
)

// gem is a version of a gem; osv-scalibr orders gems as RubyGems does, where
// deps.dev/util/semver misorders or refuses 7 in 4,123 (1.0.a.0 and the like).
type gem struct{ semantic.Version }

// readGem takes what Gem::Version.correct? does: numbers first, then dotted
// words, then at most a part after a hyphen.
func (v *Version) readGem(text string) bool {
	if !isDigit(text[0]) {
		return false
	}
	numbers, rest, hyphen := strings.Cut(text, "-")
	if !isIdentifiers(numbers) || hyphen && !isIdentifiers(rest) || strings.Contains(text, "_") {
		return false
	}
	v.core = text
	if hyphen {
		// Gem::Version reads 1.0-1 as 1.0.pre.1; osv-scalibr takes the hyphen for
		// a letter and so sorts it before 1.0.a instead of behind.
		v.core = strings.ReplaceAll(text, "-", ".pre.")
	}
	parsed, ok := scalibr(v.core, "RubyGems")
	v.ext = gem{parsed}
	return ok
}

func compareGems(v, w *Version) (int, error) {
	if v.core == w.core {
		return 0, nil
	}
	return compareScalibr(v, w, v.ext.(gem).Version, w.ext.(gem).Version)
}
