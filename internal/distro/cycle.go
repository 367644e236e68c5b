package distro

// Cycle is the name of the system's release in the calendar of ends of life at
// https://endoflife.date, by product and the cycles that it may be listed under.
func (s System) Cycle() (product string, cycles []string) {
	if s.Major == "" {
		return "", nil
	}
	product = s.Name
	switch s.Name {
	case "amzn":
		product = "amazon-linux"
	case "ol":
		product = "oracle-linux"
	case "rocky":
		product = "rocky-linux"
	}
	minor := s.Minor
	if s.Name == "ubuntu" && len(minor) == 1 {
		minor = "0" + minor
	}
	if minor != "" {
		cycles = append(cycles, s.Major+"."+minor)
	}
	return product, append(cycles, s.Major)
}
