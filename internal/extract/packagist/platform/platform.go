// Package platform tells Composer's platform packages from real ones.
package platform

import "strings"

// Is tells whether name is what Composer finds on the machine instead of
// installing it: php, php-64bit, ext-json, lib-icu, composer-plugin-api. Only they
// have no vendor before a slash.
func Is(name string) bool { return strings.IndexByte(name, '/') < 0 }
