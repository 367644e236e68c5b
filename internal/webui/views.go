package webui

import (
	"cmp"
	"html/template"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// parseViews reads the templates: each page's own file with the layout and all
// partials. A page's file defines "content".
func parseViews(functions template.FuncMap) (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(functions).ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	views := map[string]*template.Template{}
	for _, file := range files {
		own, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if own, err = own.ParseFS(templateFiles, file); err != nil {
			return nil, err
		}
		views[strings.TrimSuffix(path.Base(file), ".html")] = own
	}
	return views, nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
