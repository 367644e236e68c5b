package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/assay-sca/assay/internal/config"
	"github.com/assay-sca/assay/internal/errs"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, ".env")
	secret := filepath.Join(dir, "secret")
	text := "# a server's\nASSAY_LISTEN=0.0.0.0:80\nASSAY_DATA=\"/of/file\"\nASSAY_DATABASE_FILE=" + secret + "\nOTHER_FILE=" + secret + "\nASSAY_BLOBS_FILE=" + filepath.Join(dir, "none") + "\n"
	if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.WriteFile(secret, []byte("hunter2\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	set := map[string]string{"ASSAY_DATA": "/of/process"}
	e, err := config.ReadEnvironment(func(name string) string { return set[name] }, file)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"ASSAY_LISTEN": "0.0.0.0:80", "ASSAY_DATA": "/of/process", "ASSAY_DATABASE": "hunter2", "OTHER": "", "ASSAY_NOTHING": "",
	} {
		if got := e.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if err := e.Err(); err != nil {
		t.Errorf("got error %v", err)
	}
	if got := e.Get("ASSAY_BLOBS"); got != "" || errs.KindOf(e.Err()) != errs.Invalid {
		t.Errorf("a file that is not there: got %q, error %v", got, e.Err())
	}
	if err := os.WriteFile(file, []byte("hunter2 is no line\n= of it"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.ReadEnvironment(os.Getenv, file); errs.KindOf(err) != errs.Invalid || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a bad file: got error %v", err)
	}
	if _, err := config.ReadEnvironment(os.Getenv, filepath.Join(dir, "nothing")); err != nil {
		t.Errorf("no file: got error %v", err)
	}
}
