package pep508

import (
	"net/url"
	"strings"

	"github.com/assay-sca/assay/internal/inventory"
)

// IsReference tells a URL or a local path, which pip takes instead of a name,
// from a requirement that begins with a name.
func IsReference(s string) bool {
	if s == "" {
		return false
	}
	head := s
	if end := strings.IndexAny(s[1:], " \t;[@<>=!~("); end >= 0 {
		head = s[:end+1]
	}
	switch {
	case s[0] == '.' || s[0] == '/' || s[0] == '~':
		return true
	case strings.Contains(head, "://") || strings.HasPrefix(head, "file:") || strings.HasPrefix(head, "git+"):
		return true
	}
	return strings.ContainsAny(head, `/\`) || isArchive(head)
}

// Origin is where a direct reference (a URL, a VCS address or a path) leads.
// Credentials are left out: an origin is shown to people.
func Origin(ref string) inventory.Origin {
	ref, _, _ = strings.Cut(ref, "#")
	switch scheme := schemeOf(ref); {
	case strings.HasPrefix(scheme, "git+"):
		return inventory.Origin{Kind: inventory.OriginGit, Ref: WithoutCredentials(ref[len("git+"):])}
	case scheme == "git":
		return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
	case scheme == "file" || scheme == "":
		return inventory.Origin{Kind: inventory.OriginPath, Ref: ref}
	}
	return inventory.Origin{Kind: inventory.OriginURL, Ref: WithoutCredentials(ref)}
}

// Git is the origin of a repository at a commit, or another reference where that
// is all that is known.
func Git(repository, commit string) inventory.Origin {
	ref := WithoutCredentials(strings.TrimPrefix(repository, "git+"))
	if commit != "" {
		ref += "@" + commit
	}
	return inventory.Origin{Kind: inventory.OriginGit, Ref: ref}
}

// schemeOf returns "https" of "https://host", "file" of "file:x", "git+git" of the
// old "git+git@host:path", and "" of a path.
func schemeOf(ref string) string {
	if scheme, _, ok := strings.Cut(ref, "://"); ok {
		return scheme
	}
	switch {
	case strings.HasPrefix(ref, "file:"):
		return "file"
	case strings.HasPrefix(ref, "git+"):
		return "git+git"
	}
	return ""
}

// WithoutCredentials returns an http URL without what stands before its host; in
// other schemes that is no secret but needed ("git@").
func WithoutCredentials(ref string) string {
	scheme, rest, ok := strings.Cut(ref, "://")
	if !ok || !strings.HasSuffix(scheme, "http") && !strings.HasSuffix(scheme, "https") {
		return ref
	}
	host := rest
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		host = rest[:slash]
	}
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		return scheme + "://" + rest[at+1:]
	}
	return ref
}

// Named finds the package that a bare reference is for: by its "#egg=", or by the
// archive's file name, which has the version too. The name is empty when only
// building the package would tell.
func Named(ref string) (name, version string) {
	ref, fragment, _ := strings.Cut(ref, "#")
	for field := range strings.SplitSeq(fragment, "&") {
		if egg, ok := strings.CutPrefix(field, "egg="); ok {
			if r, err := Parse(egg); err == nil {
				return r.Name, Pin(r.Specifier)
			}
		}
	}
	ref, _, _ = strings.Cut(ref, "?")
	file := ref[strings.LastIndexAny(ref, `/\`)+1:]
	if decoded, err := url.PathUnescape(file); err == nil {
		file = decoded
	}
	if wheel, ok := strings.CutSuffix(file, ".whl"); ok {
		return wheelName(wheel)
	}
	return sdistName(ref, file)
}

// wheelName splits "name-version[-build]-python-abi-platform".
func wheelName(wheel string) (name, version string) {
	parts := strings.SplitN(wheel, "-", 7)
	if len(parts) != 5 && len(parts) != 6 || nameLength(parts[0]) != len(parts[0]) {
		return "", ""
	}
	return parts[0], parts[1]
}

// sdistName splits "name-version.tar.gz". Archives that a forge makes of a
// reference ("/archive/release-1.zip") are named after something else.
func sdistName(ref, file string) (name, version string) {
	for _, generated := range []string{"/archive/", "/tarball/", "/zipball/"} {
		if strings.Contains(ref, generated) {
			return "", ""
		}
	}
	for _, ext := range archives {
		stem, ok := strings.CutSuffix(file, ext)
		dash := strings.LastIndexByte(stem, '-')
		if !ok || dash <= 0 || nameLength(stem[:dash]) != dash {
			continue
		}
		if version = stem[dash+1:]; version != "" && '0' <= version[0] && version[0] <= '9' {
			return stem[:dash], version
		}
	}
	return "", ""
}

var archives = [...]string{".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip"}

func isArchive(s string) bool {
	if strings.HasSuffix(s, ".whl") {
		return true
	}
	for _, ext := range archives {
		if strings.HasSuffix(s, ext) {
			return true
		}
	}
	return false
}
