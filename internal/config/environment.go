package config

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"

	"github.com/assay-sca/assay/internal/errs"
)

// DotEnv is the file with variables that a server reads from its working folder.
const DotEnv = ".env"

// maxSecret bounds a file with a secret.
const maxSecret = 64 << 10

// Environment is what variables say, with what a .env file says of those that are
// not set, and with the content of the file NAME_FILE for an ASSAY_ or AWS_
// variable NAME that is not set. Missing files and faults are told by Err.
type Environment struct {
	getenv func(string) string
	file   map[string]string
	err    error
}

// ReadEnvironment reads the .env file, if there is one. An unreadable one is an
// error.
func ReadEnvironment(getenv func(string) string, dotEnv string) (*Environment, error) {
	e := &Environment{getenv: getenv}
	text, err := os.ReadFile(dotEnv)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return nil, errs.E(errs.Invalid, "read %s: %w", dotEnv, err)
	}
	// The error of a fault quotes the line, which may be a secret.
	if e.file, err = godotenv.UnmarshalBytes(text); err != nil {
		return nil, errs.E(errs.Invalid, "%s is not lines of NAME=value", dotEnv)
	}
	return e, nil
}

// Get is the value of a variable, empty if it is set nowhere.
func (e *Environment) Get(name string) string {
	if value := e.plain(name); value != "" {
		return value
	}
	if !strings.HasPrefix(name, "ASSAY_") && !strings.HasPrefix(name, "AWS_") {
		return ""
	}
	path := e.plain(name + "_FILE")
	if path == "" {
		return ""
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxSecret {
		err = errs.E(errs.TooLarge, "it has over %d bytes", maxSecret)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		e.err = errors.Join(e.err, errs.E(errs.Invalid, "%s_FILE: %w", name, err))
	}
	return strings.TrimSpace(string(text))
}

func (e *Environment) plain(name string) string {
	if value := e.getenv(name); value != "" {
		return value
	}
	return e.file[name]
}

// Err is what could not be read so far.
func (e *Environment) Err() error { return e.err }
