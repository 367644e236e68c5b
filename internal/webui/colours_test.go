package webui

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"
)

// TestColoursCanBeRead computes the contrast of every text on every ground that
// it stands on, in both themes, from the style sheet itself.
func TestColoursCanBeRead(t *testing.T) {
	t.Parallel()
	pairs := [][2]string{
		{"accent", "accent-soft"}, {"on-accent", "accent"}, {"good", "good-soft"}, {"warn", "warn-soft"}, {"bad", "bad-soft"},
		{"critical-on", "critical-fill"}, {"high-on", "high-fill"}, {"medium-on", "medium-fill"}, {"low-on", "low-fill"}, {"none-on", "none-fill"},
		{"text", "hatch-a"}, {"text", "hatch-b"},
	}
	for _, text := range []string{"text", "muted", "accent", "bad", "good", "warn", "critical", "high", "medium", "low", "none", "unknown"} {
		for _, ground := range []string{"ground", "sunken", "raised", "hover"} {
			pairs = append(pairs, [2]string{text, ground})
		}
	}
	for theme, colours := range styleColours(t) {
		for _, pair := range pairs {
			text, ground := colours[pair[0]], colours[pair[1]]
			if text == "" || ground == "" {
				t.Fatalf("the style sheet lacks %v", pair)
			}
			if ratio := contrast(t, text, ground); ratio < 4.5 {
				t.Errorf("%s: %s on %s has the contrast %.2f", theme, pair[0], pair[1], ratio)
			}
		}
	}
}

// TestSeveritiesDifferInGrey looks at the marks as an eye does that sees no
// colour at all: neighbours on the scale still differ.
func TestSeveritiesDifferInGrey(t *testing.T) {
	t.Parallel()
	order := []string{"critical-fill", "high-fill", "medium-fill", "low-fill"}
	for theme, colours := range styleColours(t) {
		for i := 1; i < len(order); i++ {
			if ratio := contrast(t, colours[order[i-1]], colours[order[i]]); ratio < 1.35 {
				t.Errorf("%s: %s and %s differ by %.2f only", theme, order[i-1], order[i], ratio)
			}
		}
	}
}

// styleColours are the colours of the themes by name.
func styleColours(t *testing.T) map[string]map[string]string {
	t.Helper()
	sheet, err := assetFiles.ReadFile("assets/css/10-base.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := map[string]string{}, map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (?:light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)|(#[0-9a-f]{6}));`).FindAllStringSubmatch(string(sheet), -1) {
		light[m[1]], dark[m[1]] = m[2]+m[4], m[3]+m[4]
	}
	return map[string]map[string]string{"light": light, "dark": dark}
}

// contrast is the ratio of WCAG 2: 1 for the same colour, 21 for black on white.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("colour %q: %w", colour, err))
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
