package server

import (
	"io/fs"
	"slices"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/pipeline"
)

// configuration reads what of a repository's .assay.yaml has a meaning for a
// server: what is scanned. The rest of it is for the command line.
func configuration(tree fs.FS) (pipeline.Configuration, error) {
	file, err := config.Read(tree, config.FileName)
	if err != nil {
		return pipeline.Configuration{}, err
	}
	c := pipeline.Configuration{Ignores: file.Ignores}
	for name, values := range file.Settings {
		switch name {
		case "glob":
			c.Globs = values
		case "gitignore":
			c.GitIgnore = slices.Equal(values, []string{"true"})
		default:
			c.Other = append(c.Other, name)
		}
	}
	slices.Sort(c.Other)
	return c, nil
}
