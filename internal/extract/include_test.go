package extract_test

import "testing"

func TestIncludes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		contents      map[string]string
		ledger, units string
	}{
		{
			name: "shared by several, from another folder",
			contents: map[string]string{
				"requirements.txt":     "-r deps/base.in\na==1\n",
				"requirements-dev.txt": "-r ./deps/base.in\nd==1\n",
				"deps/base.in":         "-r more.in\nb==1\n",
				"deps/more.in":         "c==1\n",
			},
			ledger: "deps/base.in read\ndeps/more.in read\nrequirements-dev.txt read\nrequirements.txt read\n",
			units: "requirements:deps/base.in\n  b 1 direct runtime [\"==1\"]\n" +
				"requirements:deps/more.in\n  c 1 direct runtime [\"==1\"]\n" +
				"requirements:requirements-dev.txt\n  d 1 direct runtime [\"==1\"]\n" +
				"requirements:requirements.txt\n  a 1 direct runtime [\"==1\"]\n",
		},
		{
			name:     "missing",
			contents: map[string]string{"requirements.txt": "a==1\n-r base.txt\n", "x/requirements.txt": "x==1"},
			ledger: "requirements.txt failed line 2: it includes \"base.txt\", which cannot be read; the 1 dependencies read are kept\n" +
				"x/requirements.txt read\n",
			units: "requirements:requirements.txt\n  a 1 direct runtime [\"==1\"]\nrequirements:x/requirements.txt\n  x 1 direct runtime [\"==1\"]\n",
		},
		{
			name:     "outside the source",
			contents: map[string]string{"a/requirements.txt": "-r ../../base.txt\n", "b/requirements.txt": "-c /etc/pins.txt"},
			ledger: "a/requirements.txt failed line 1: it includes \"../../base.txt\", which is outside the source\n" +
				"b/requirements.txt failed line 1: it includes \"/etc/pins.txt\", which is outside the source\n",
			units: "requirements:a/requirements.txt\nrequirements:b/requirements.txt\n",
		},
		{
			name:     "cyclic",
			contents: map[string]string{"requirements.txt": "-r x.in\na\n", "x.in": "-r requirements.txt\n-c y.in\nb\n", "y.in": "-c y.in\n-c x.in\na==1\nb==2\n"},
			ledger:   "requirements.txt read\nx.in read\ny.in read: it only limits versions that other files ask for\n",
			units:    "requirements:requirements.txt\n  a 1 direct runtime\nrequirements:x.in\n  b 2 direct runtime\n",
		},
		{
			name:     "constraints give versions and no packages",
			contents: map[string]string{"requirements.txt": "-c pins.in\nA_b\nfree\nown==3\n", "pins.in": "a-B==1.5\nown==9\nelsewhere==7\n"},
			ledger: "pins.in read: it only limits versions that other files ask for\n" +
				"requirements.txt read: 1 of 3 dependencies have no pinned version and cannot be checked\n",
			units: "requirements:requirements.txt\n  a-b 1.5 direct runtime\n  free ? direct runtime\n  own 3 direct runtime [\"==3\"]\n",
		},
		{
			name: "a requirements file that is a constraint elsewhere keeps its packages",
			contents: map[string]string{
				"requirements.txt":             "a==1\n",
				"requirements-dev.txt":         "-c requirements.txt\na\nd==1\n",
				"requirements/constraints.txt": "z==1\n",
				"requirements/web.txt":         "-c constraints.txt\nz\n",
			},
			ledger: "requirements-dev.txt read\nrequirements.txt read\n" +
				"requirements/constraints.txt read: it only limits versions that other files ask for\nrequirements/web.txt read\n",
			units: "requirements:requirements-dev.txt\n  a 1 direct runtime\n  d 1 direct runtime [\"==1\"]\n" +
				"requirements:requirements.txt\n  a 1 direct runtime [\"==1\"]\n" +
				"requirements:requirements/web.txt\n  z 1 direct runtime\n",
		},
		{
			name:     "required here and a constraint there",
			contents: map[string]string{"requirements.txt": "-r base.in\n", "requirements-dev.txt": "-c base.in\nd==1\n", "base.in": "b==1\n"},
			ledger:   "base.in read\nrequirements-dev.txt read\nrequirements.txt read\n",
			units: "requirements:base.in\n  b 1 direct runtime [\"==1\"]\n" +
				"requirements:requirements-dev.txt\n  d 1 direct runtime [\"==1\"]\nrequirements:requirements.txt\n",
		},
		{
			name: "a lockfile cannot be talked away",
			contents: map[string]string{"requirements.txt": "-c yarn.lock\na==1\n",
				"yarn.lock": "c@^3:\n  version \"3.0.0\"\n"},
			ledger: "requirements.txt read\nyarn.lock read: no manifest beside it tells what is direct: packages that no other depends on are taken as direct\n",
			units: "requirements:requirements.txt\n  a 1 direct runtime [\"==1\"]\n" +
				"yarn.lock:yarn.lock\n  c 3.0.0 direct runtime\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, mapFS(test.contents), options())
			same(t, test.ledger, ledger(r))
			same(t, test.units, units(r))
		})
	}
}

// TestIncludesOfOneFile: a file that is scanned alone takes its includes with it.
func TestIncludesOfOneFile(t *testing.T) {
	t.Parallel()
	o := options()
	o.Only = []string{"requirements.txt"}
	r := run(t, mapFS(map[string]string{"requirements.txt": "-r base.in\na==1", "base.in": "b==1", "x/requirements.txt": "x==1"}), o)
	same(t, "base.in read\nrequirements.txt read\n", ledger(r))
}
