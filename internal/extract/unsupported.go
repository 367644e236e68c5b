package extract

// unsupportedKind names what a file is when it is known to be a manifest or
// lockfile of a format that is not read yet; else "".
func unsupportedKind(base string) string {
	switch base {
	case "bun.lockb", "setup.py", "setup.cfg",
		"environment.yml", "conda-lock.yml":
		return base
	}
	return ""
}
