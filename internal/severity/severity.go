// Package severity turns CVSS vectors and severity words into one scale. It
// computes scores with go-cvss; it knows no advisories.
package severity

import (
	"fmt"
	"strings"

	cvss20 "github.com/pandatix/go-cvss/20"
	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"
)

// Level is a qualitative severity; greater is worse, and Unknown is below all.
type Level uint8

// The levels.
const (
	Unknown Level = iota
	None
	Low
	Medium
	High
	Critical
)

// Levels lists the levels that can be asked for, mildest first.
func Levels() []Level { return []Level{Low, Medium, High, Critical} }

func (l Level) String() string {
	switch l {
	case None:
		return "none"
	case Low:
		return "low"
	case Medium:
		return "medium"
	case High:
		return "high"
	case Critical:
		return "critical"
	}
	return "unknown"
}

// ParseLevel reads a severity word as advisories use them, in any case;
// "moderate" and "important" are the words of some providers for medium and high.
func ParseLevel(word string) (Level, bool) {
	switch strings.ToLower(word) {
	case "none":
		return None, true
	case "low", "minor", "negligible":
		return Low, true
	case "medium", "moderate":
		return Medium, true
	case "high", "important":
		return High, true
	case "critical":
		return Critical, true
	}
	return Unknown, false
}

// CVSS is one scored vector.
type CVSS struct {
	Type   string  // as OSV names it: CVSS_V2, CVSS_V3, CVSS_V4
	Vector string  // as given
	Score  float64 // 0 to 10
	Level  Level
}

// Score reads a vector of any CVSS version.
func Score(vector string) (CVSS, error) {
	switch {
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		v, err := cvss31.ParseVector(vector)
		if err != nil {
			return CVSS{}, fmt.Errorf("read CVSS vector %q: %w", vector, err)
		}
		return scored("CVSS_V3", vector, score3(vector, v)), nil
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		v, err := cvss30.ParseVector(vector)
		if err != nil {
			return CVSS{}, fmt.Errorf("read CVSS vector %q: %w", vector, err)
		}
		return scored("CVSS_V3", vector, score3(vector, v)), nil
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		v, err := cvss40.ParseVector(vector)
		if err != nil {
			return CVSS{}, fmt.Errorf("read CVSS vector %q: %w", vector, err)
		}
		return scored("CVSS_V4", vector, v.Score()), nil
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(vector, "("), ")")
	v, err := cvss20.ParseVector(bare)
	if err != nil {
		return CVSS{}, fmt.Errorf("read CVSS vector %q: %w", vector, err)
	}
	c := scored("CVSS_V2", vector, v.BaseScore())
	c.Level = min(c.Level, High) // CVSS 2 has no "critical"
	return c, nil
}

// vector3 is what both versions of CVSS 3 have.
type vector3 interface {
	BaseScore() float64
	TemporalScore() float64
	EnvironmentalScore() float64
}

// score3 is the score of the last group of metrics that the vector has: that of a
// group without any differs from the base score by its own rounding.
func score3(vector string, v vector3) float64 {
	has := func(metrics ...string) bool {
		for _, m := range metrics {
			if strings.Contains(vector, "/"+m+":") {
				return true
			}
		}
		return false
	}
	switch {
	case has("CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"):
		return v.EnvironmentalScore()
	case has("E", "RL", "RC"):
		return v.TemporalScore()
	}
	return v.BaseScore()
}

func scored(kind, vector string, score float64) CVSS {
	return CVSS{Type: kind, Vector: vector, Score: score, Level: ofScore(score)}
}

// ofScore is the qualitative scale of the CVSS 3.1 and 4.0 specifications.
func ofScore(score float64) Level {
	switch {
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return None
}
