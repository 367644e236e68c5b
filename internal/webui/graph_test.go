package webui

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRanksAreLongestPaths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		n     int
		edges [][2]int
		want  []int
	}{
		{"nothing", 0, nil, nil},
		{"a chain", 3, [][2]int{{0, 1}, {1, 2}}, []int{0, 1, 2}},
		{"a short cut does not pull its end forward", 3, [][2]int{{0, 1}, {1, 2}, {0, 2}}, []int{0, 1, 2}},
		{"a circle is broken at the edge back", 3, [][2]int{{0, 1}, {1, 2}, {2, 0}}, []int{0, 1, 2}},
		{"two roots", 4, [][2]int{{0, 2}, {1, 2}, {2, 3}}, []int{0, 0, 1, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := arrange(tt.n, tt.edges)
			if diff := cmp.Diff(tt.want, l.rank[:tt.n], equateEmpty); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var equateEmpty = cmp.Transformer("empty", func(s []int) []int {
	if len(s) == 0 {
		return nil
	}
	return s
})

// TestArrangementHolds checks what must be true of any arrangement, on graphs by
// chance.
func TestArrangementHolds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n := 1 + random.IntN(40)
		var edges [][2]int
		for range random.IntN(3 * n) {
			edges = append(edges, [2]int{random.IntN(n), random.IntN(n)})
		}
		edges = slices.DeleteFunc(edges, func(e [2]int) bool { return e[0] == e[1] })
		l := arrange(n, edges)
		for i, way := range l.routes {
			ends := [2]int{way[0], way[len(way)-1]}
			if l.flip[i] {
				ends[0], ends[1] = ends[1], ends[0]
			}
			if ends != edges[i] {
				t.Fatalf("edge %v is drawn as %v", edges[i], ends)
			}
			for j := 1; j < len(way); j++ {
				if l.rank[way[j]] != l.rank[way[j-1]]+1 {
					t.Fatalf("edge %v jumps from column %d to %d", edges[i], l.rank[way[j-1]], l.rank[way[j]])
				}
			}
		}
		checkHeights(t, l)
	}
}

func checkHeights(t *testing.T, l *layered) {
	t.Helper()
	y := l.heights()
	for column, layer := range l.layers {
		for i := 1; i < len(layer); i++ {
			if gap := y[layer[i]] - y[layer[i-1]]; gap < l.room(layer[i-1])-1e-6 {
				t.Fatalf("column %d: %d lies %.3f rows below %d", column, layer[i], gap, layer[i-1])
			}
		}
	}
	if len(y) > 0 && slices.Min(y) != 0 {
		t.Fatalf("the top is at %f", slices.Min(y))
	}
}

func TestCrossingsAreReduced(t *testing.T) {
	t.Parallel()
	// A ladder whose rungs are crossed as given: without crossings it has none.
	edges := [][2]int{{0, 5}, {1, 4}, {2, 3}, {3, 8}, {4, 7}, {5, 6}}
	l := arrange(9, edges)
	if got := l.crossings(); got != 0 {
		t.Errorf("%d crossings are left", got)
	}
}

func TestInversionsAgainstCountingPairs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var links [][2]int
		for i := range random.IntN(30) {
			links = append(links, [2]int{i, random.IntN(10)})
		}
		want := 0
		for i := range links {
			for j := range i {
				if links[j][1] > links[i][1] {
					want++
				}
			}
		}
		if got := inversions(links, 10); got != want {
			t.Fatalf("got %d, want %d of %v", got, want, links)
		}
	}
}

// sample is: app -> web -> (parse, log), app -> log, tool -> deep -> parse; parse
// is vulnerable.
func sampleGraph() graphInput {
	names := []string{"web", "log", "tool", "deep", "parse"}
	in := graphInput{Edges: [][2]int{{0, 4}, {0, 1}, {2, 3}, {3, 4}}}
	for i, name := range names {
		in.Nodes = append(in.Nodes, graphNode{Label: name, Note: "1.0." + string(rune('0'+i)), Title: name, Class: "none", Href: "/" + name})
	}
	in.Nodes[0].Root, in.Nodes[1].Root, in.Nodes[2].Root = true, true, true
	in.Nodes[4].Marked, in.Nodes[4].Class = true, "high"
	return in
}

func TestChoose(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		wish   graphWish
		nodes  []string
		hidden map[int]int
		left   int
	}{
		{"all", graphWish{From: -1}, []string{"web", "tool", "log", "parse", "deep"}, map[int]int{}, 0},
		{"only paths to what is vulnerable", graphWish{From: -1, Only: true}, []string{"web", "tool", "parse", "deep"}, map[int]int{0: 1}, 0},
		{"from a node on", graphWish{From: 2}, []string{"tool", "deep", "parse"}, map[int]int{}, 0},
		{"at most three, those that lead somewhere first", graphWish{From: -1, Limit: 3}, []string{"web", "tool", "log"}, map[int]int{0: 1, 2: 1}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := sampleGraph()
			c := choose(in, tt.wish)
			var names []string
			for _, n := range c.nodes {
				names = append(names, in.Nodes[n].Label)
			}
			if diff := cmp.Diff(tt.nodes, names); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.hidden, c.hidden); diff != "" {
				t.Error(diff)
			}
			if c.left != tt.left {
				t.Errorf("%d are left out, want %d", c.left, tt.left)
			}
		})
	}
}

func TestChooseACircleWithoutRoots(t *testing.T) {
	t.Parallel()
	in := graphInput{Nodes: make([]graphNode, 2), Edges: [][2]int{{0, 1}, {1, 0}, {1, 1}}}
	g := drawGraph("g", in, graphWish{From: -1}, nil)
	if g.Shown != 2 || g.Columns != 2 {
		t.Errorf("drew %d in %d columns", g.Shown, g.Columns)
	}
}

func TestDrawGraph(t *testing.T) {
	t.Parallel()
	in := sampleGraph()
	in.Nodes[0].Label = `<b>"web"`
	g := drawGraph("g", in, graphWish{From: -1, Only: true}, func(n int) string { return "?from=" + in.Nodes[n].Note })
	text := string(g.SVG)
	for _, want := range []string{`&lt;b&gt;&#34;web&#34;`, `class="node high"`, `href="?from=1.0.0"`, `aria-labelledby="g-t g-d"`, "edge-marked"} {
		if !strings.Contains(text, want) {
			t.Errorf("the drawing lacks %s", want)
		}
	}
	if strings.Contains(text, "<b>") {
		t.Error("a name is not escaped")
	}
	want := []cell{{Text: "parse", Href: "/parse"}, {Text: "1.0.4"}, {}}
	if diff := cmp.Diff(want, g.Rows[2]); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkDrawGraph(b *testing.B) {
	random := rand.New(rand.NewPCG(5, 6))
	in := graphInput{Nodes: make([]graphNode, 2000)}
	for i := 1; i < 2000; i++ {
		in.Edges = append(in.Edges, [2]int{random.IntN(i), i}, [2]int{random.IntN(i), i})
	}
	in.Nodes[1999].Marked = true
	for b.Loop() {
		drawGraph("g", in, graphWish{From: -1}, nil)
	}
}

func TestNodesWithoutLinesStandBelow(t *testing.T) {
	t.Parallel()
	in := graphInput{Nodes: make([]graphNode, 14), Edges: [][2]int{{0, 1}}}
	g := drawGraph("g", in, graphWish{From: -1}, nil)
	// Of twelve alone in four columns, three rows below the one row of the two.
	if text := string(g.SVG); !strings.Contains(text, `viewBox="0 0 952 `) || g.Columns != 2 {
		t.Errorf("%d columns: %.200s", g.Columns, text)
	}
	places := map[string]bool{}
	for part := range strings.SplitSeq(string(g.SVG), `transform="translate(`) {
		at, _, found := strings.Cut(part, ")")
		if found && places[at] {
			t.Errorf("two nodes stand at %s", at)
		}
		places[at] = true
	}
}
