package advisory

// Private is the provider of the user's own advisories: they go before all others.
const Private = "PRIVATE"

// Authority tells whether a provider's word that a version is not affected decides
// for an ecosystem's packages: the user's own does everywhere, a distribution's
// vendor for its own packages. Anyone else's is dissent, which is shown.
func Authority(provider, ecosystem string) bool {
	switch ecosystem {
	case "AlmaLinux":
		return oneOf(provider, Private, "ALSA", "ALBA", "ALEA")
	case "Alpine":
		return oneOf(provider, Private, "ALPINE")
	case "Amazon Linux":
		return oneOf(provider, Private, "ALAS", "AMAZON")
	case "Chainguard":
		return oneOf(provider, Private, "CHAINGUARD", "CGA")
	case "Debian":
		return oneOf(provider, Private, "DEBIAN", "DSA", "DLA")
	case "Oracle Linux":
		return oneOf(provider, Private, "ELSA", "ORACLE")
	case "Red Hat":
		return oneOf(provider, Private, "REDHAT", "RHSA", "RHBA", "RHEA")
	case "Rocky Linux":
		return oneOf(provider, Private, "RLSA", "RXSA")
	case "SUSE", "openSUSE":
		return oneOf(provider, Private, "SUSE")
	case "Ubuntu":
		return oneOf(provider, Private, "UBUNTU", "USN")
	case "Wolfi":
		return oneOf(provider, Private, "WOLFI", "CGA")
	}
	return provider == Private
}

func oneOf(s string, list ...string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}

// Precedence orders providers by whose words are shown where several describe one
// vulnerability: the user's own, then those who speak of packages, then those who
// only know the CVE. Less is first.
func Precedence(provider string) int {
	switch provider {
	case Private:
		return 0
	case "GHSA", "GO", "RUSTSEC", "PYSEC":
		return 1
	case "NVD", "CVE":
		return 3
	}
	return 2
}
