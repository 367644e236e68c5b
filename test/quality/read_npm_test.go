package quality

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// wanted are the names that a package.json, or what looks like it, asks for, with
// what it asks for.
func wanted(manifest any) map[string]string {
	out := map[string]string{}
	for _, group := range []string{"peerDependencies", "optionalDependencies", "devDependencies", "dependencies"} {
		for name := range object(manifest, group) {
			out[name] = text(object(manifest, group), name)
		}
	}
	return out
}

func packageJSON(file string) any {
	var v any
	_ = json.Unmarshal([]byte(beside(file, "package.json")), &v)
	return v
}

func readPackageLock(t testing.TB, file string) pins {
	lock := readJSON(t, file)
	out := pins{}
	if object(lock)["packages"] == nil {
		readPackageLockV1(out, object(lock, "dependencies"), wanted(packageJSON(file)))
		return out
	}
	packages := object(lock, "packages")
	direct := map[string]bool{}
	for key := range packages {
		if strings.Contains(key, "node_modules") {
			continue
		}
		for name := range wanted(packages[key]) {
			for dir := key; ; dir = path.Dir(dir) { // as Node looks it up
				if found := path.Join(dir, "node_modules", name); packages[found] != nil {
					direct[found] = true
					break
				}
				if dir == "" || dir == "." {
					break
				}
			}
		}
	}
	for key, p := range packages {
		if key == "" || object(p)["link"] == true {
			continue
		}
		name := text(p, "name")
		if i := strings.LastIndex(key, "node_modules/"); name == "" && i >= 0 {
			name = key[i+len("node_modules/"):]
		}
		out.add("npm", name, text(p, "version"), direct[key])
	}
	return out
}

// readPackageLockV1 reads the nested layout. Only its outermost level can be what
// the manifest wants.
func readPackageLockV1(out pins, dependencies map[string]any, want map[string]string) {
	for name, d := range dependencies {
		_, direct := want[name]
		version := text(d, "version")
		if alias, ok := strings.CutPrefix(version, "npm:"); ok {
			i := strings.LastIndex(alias, "@")
			name, version = alias[:i], alias[i+1:]
		}
		if _, ok := compareSemVer(version, "0"); ok { // else a repository, an archive or a folder
			out.add("npm", name, version, direct)
		}
		readPackageLockV1(out, object(d, "dependencies"), nil)
	}
}

var (
	yarnKey   = regexp.MustCompile(`^(@?[^@]+)@(.*)$`)
	yarnEntry = regexp.MustCompile(`(?m)^(\S.*):\n  version "([^"\n]+)"$`)
	yarnNeeds = regexp.MustCompile(`(?m)^    "?([^\s"]+)"? "?([^"\n]+)"?$`)
)

func readYarn(t testing.TB, file string) pins {
	content := strings.ReplaceAll(readText(t, file), "\r\n", "\n")
	if strings.Contains(content, "\n__metadata:") {
		return readBerry(t, file)
	}
	manifest := packageJSON(file)
	want := wanted(manifest)
	needed := map[string]bool{}
	for _, m := range yarnNeeds.FindAllStringSubmatch(content, -1) {
		needed[m[1]+"@"+m[2]] = true
	}
	out := pins{}
	for _, m := range yarnEntry.FindAllStringSubmatch(content, -1) {
		keys := strings.Split(strings.ReplaceAll(m[1], `"`, ""), ", ")
		for _, key := range keys {
			k := yarnKey.FindStringSubmatch(key)
			name, constraint := k[1], k[2]
			direct := want[name] == constraint && constraint != ""
			if manifest == nil { // what nothing needs must have been asked for
				direct = !slices.ContainsFunc(keys, func(k string) bool { return needed[k] })
			}
			if alias, ok := strings.CutPrefix(constraint, "npm:"); ok {
				name = yarnKey.FindStringSubmatch(alias)[1]
			}
			out.add("npm", name, m[2], direct)
		}
	}
	return out
}

// readBerry reads the YAML of later yarns, whose locks list the project itself
// and its workspaces, with all that they want.
func readBerry(t testing.TB, file string) pins {
	var lock map[string]any
	if err := yaml.Unmarshal([]byte(readText(t, file)), &lock); err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for _, entry := range lock {
		if !strings.Contains(text(entry, "resolution"), "@workspace:") {
			continue
		}
		for name, constraint := range wanted(entry) {
			direct[name+"@"+constraint] = true
			direct[name+"@npm:"+constraint] = true
		}
	}
	out := pins{}
	for key, entry := range lock {
		resolution := yarnKey.FindStringSubmatch(text(entry, "resolution"))
		if resolution == nil || text(entry, "version") == "0.0.0-use.local" {
			continue
		}
		for k := range strings.SplitSeq(key, ", ") {
			out.add("npm", resolution[1], text(entry, "version"), direct[k])
		}
	}
	return out
}

var (
	pnpmSlashKey = regexp.MustCompile(`^/?((?:@[^/@]+/)?[^/@]+)/([^/_]+)(?:_.*)?$`)               // version 5
	pnpmAtKey    = regexp.MustCompile(`^/?((?:@[^/@]+/)?[^/@]+)@([^(]+)(?:\(.*)?$`)               // versions 6 and 9
	pnpmPlain    = regexp.MustCompile(`^(\d+\.\d+\.\d+[^(_]*)(?:[(_].*)?$`)                       // of the name that asks
	notAVersion  = regexp.MustCompile(`^(link|file|https?|git\+\w+|workspace|github):|/tar\.gz/`) //
)

func readPNPM(t testing.TB, file string) pins {
	var lock map[string]any
	if err := yaml.Unmarshal([]byte(readText(t, file)), &lock); err != nil {
		t.Fatal(err)
	}
	entry := func(key string) (name, version string) {
		if m := pnpmSlashKey.FindStringSubmatch(key); m != nil {
			return m[1], m[2]
		}
		if m := pnpmAtKey.FindStringSubmatch(key); m != nil {
			return m[1], m[2]
		}
		t.Errorf("%s: cannot read the key %q", file, key)
		return "", ""
	}
	out := pins{}
	for key := range object(lock, "packages") {
		name, version := entry(key)
		out.add("npm", name, version, false)
	}
	importers := object(lock, "importers")
	if importers == nil {
		importers = map[string]any{".": any(lock)}
	}
	for _, importer := range importers {
		for _, group := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
			for name, v := range object(importer, group) {
				version, ok := v.(string)
				if !ok {
					version = text(v, "version")
				}
				if notAVersion.MatchString(version) {
					continue
				}
				if m := pnpmPlain.FindStringSubmatch(version); m != nil {
					out.add("npm", name, m[1], true)
				} else {
					name, version = entry(version)
					out.add("npm", name, version, true)
				}
			}
		}
	}
	return out
}

var trailingComma = regexp.MustCompile(`,(\s*[}\]])`)

func readBun(t testing.TB, file string) pins {
	// No string in these files holds a comma before a bracket.
	var lock any
	if err := json.Unmarshal(trailingComma.ReplaceAll([]byte(readText(t, file)), []byte("$1")), &lock); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	packages := object(lock, "packages")
	direct := map[string]bool{}
	for _, ws := range object(lock, "workspaces") {
		for name := range wanted(ws) {
			if own := text(ws, "name") + "/" + name; packages[own] != nil {
				direct[own] = true
			} else {
				direct[name] = true
			}
		}
	}
	out := pins{}
	for key, p := range packages {
		first := yarnKey.FindStringSubmatch(p.([]any)[0].(string))
		name, version := first[1], first[2]
		folder, member := strings.CutPrefix(version, "workspace:")
		if member {
			version = text(object(lock, "workspaces", folder), "version")
		}
		out.add("npm", name, version, direct[key] || member)
	}
	return out
}
