package platform_test

import (
	"testing"

	"github.com/assay-sca/assay/internal/extract/packagist/platform"
)

func TestIs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"php", "php-64bit", "hhvm", "ext-json", "lib-icu", "composer", "composer-plugin-api"} {
		if !platform.Is(name) {
			t.Errorf("%q is a platform package", name)
		}
	}
	for _, name := range []string{"acme/bolt", "php/php", "ext-acme/json"} {
		if platform.Is(name) {
			t.Errorf("%q is a real package", name)
		}
	}
}
