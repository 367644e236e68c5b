package webui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

//go:embed templates
var templateFiles embed.FS

// assets are the style and the scripts, packed once. Their address holds the
// digest of them all, so that browsers keep them for ever and modules find each
// other by relative names.
type assets struct {
	prefix string // /assets/DIGEST/
	files  map[string]asset
}

type asset struct {
	kind   string
	plain  []byte
	packed []byte // gzip
}

func readAssets() (*assets, error) {
	plain, err := plainAssets()
	if err != nil {
		return nil, err
	}
	a := &assets{files: map[string]asset{}}
	sum := sha256.New()
	for _, name := range sortedKeys(plain) {
		sum.Write([]byte(name))
		sum.Write(plain[name])
		packed, err := pack(plain[name])
		if err != nil {
			return nil, err
		}
		a.files[name] = asset{kindOf(name), plain[name], packed}
	}
	a.prefix = "/assets/" + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	return a, nil
}

// plainAssets reads the files: every one by its name, and all style sheets, in
// the order of their names, as app.css.
func plainAssets() (map[string][]byte, error) {
	files, style := map[string][]byte{}, []byte{}
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".css" {
			style = append(style, text...)
			return nil
		}
		files[path.Base(name)] = text
		return nil
	})
	files["app.css"] = style
	return files, err
}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// url is the address of a file; it changes whenever any of them does.
func (a *assets) url(name string) string { return a.prefix + name }

// ServeHTTP sends a file. Of an older build's address there is nothing to send.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, a.prefix)
	file, known := a.files[name]
	if !ok || !known {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = file.packed
	}
	// Who went away misses nothing.
	_, _ = w.Write(body)
}
