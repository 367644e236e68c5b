package source

import (
	"os"
	"path"
	"path/filepath"

	"github.com/assay-sca/assay/internal/errs"
)

// maxUp is how many of the folders above a file belong to its name at most, as
// .github and workflows do.
const maxUp = 3

// Locate lets the tree of a single file begin further up if the file is known only
// together with its folders, as .github/workflows/ci.yml is. Nothing else of the
// tree is to be read on that account.
func (s *Source) Locate(known func(name string) bool) error {
	if s.folder == "" || known(s.File) {
		return nil
	}
	name, at := s.File, s.folder
	for up := 0; up < maxUp && at != filepath.Dir(at); up++ {
		name, at = path.Join(filepath.Base(at), name), filepath.Dir(at)
		if !known(name) {
			continue
		}
		root, err := os.OpenRoot(at)
		if err != nil {
			return errs.E(errs.Invalid, "scan %s: %w", name, reason(err))
		}
		err = s.close()
		s.Tree, s.File, s.folder, s.close = root.FS(), name, at, root.Close
		return err
	}
	return nil
}
