package json_test

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func TestCompiler(t *testing.T) { _ = jsonschema.NewCompiler() }
