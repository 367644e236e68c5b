package archtest

import "strings"

// module is a third-party module that Assay may link.
type module struct {
	reason string
	users  []string // packages that may import it; none: tests only
}

// modules lists them all. What is not here is not allowed.
var modules = map[string]module{
	"deps.dev/util/semver": {"an oracle of version orders and constraints in tests",
		nil},
	"github.com/google/osv-scalibr": {"an oracle of version orders in tests",
		nil},
	"github.com/bmatcuk/doublestar/v4": {"globs of workspaces and of what is meant",
		[]string{"internal/extract", "internal/glob"}},
	"github.com/go-json-experiment/json": {"token streams of large JSON, in and out",
		[]string{"internal/jsonstream", "internal/vulndb", "internal/report", "internal/codec"}},
	"github.com/google/go-cmp": {"differences in tests",
		nil},
	"github.com/klauspost/compress": {"zstd frames with a dictionary, and dictionaries made of samples; contents of units and pushed inventories in the server's store",
		[]string{"internal/vulndb", "internal/store"}},
	"github.com/package-url/packageurl-go": {"the syntax of package URLs",
		[]string{"internal/purl"}},
	"github.com/pandatix/go-cvss": {"CVSS vectors of all versions",
		[]string{"internal/severity"}},
	"github.com/pelletier/go-toml/v2": {"TOML, by its own parser",
		[]string{"internal/tomltree"}},
	"github.com/rogpeppe/go-internal": {"command-line scripts in tests",
		nil},
	"github.com/santhosh-tekuri/jsonschema/v6": {"checks our JSON against its schema in tests",
		nil},
	"github.com/spf13/cobra": {"commands and their help",
		[]string{"internal/cli"}},
	"github.com/spf13/pflag": {"flags, beneath cobra",
		[]string{"internal/cli"}},
	"go.yaml.in/yaml/v3": {"YAML nodes, with lines",
		[]string{"internal/extract", "internal/policy", "internal/config"}},
	"golang.org/x/mod": {"module versions and go.mod's escapes",
		[]string{"internal/version", "internal/extract/golang", "internal/purl"}},
	"golang.org/x/sync": {"groups of goroutines with one error and one limit",
		[]string{"internal/extract", "internal/source", "internal/vulndb", "internal/scan"}},
	"golang.org/x/sys": {"a file's lock on Windows",
		[]string{"internal/vulndb/release"}},
	"golang.org/x/term": {"whether there is a terminal, and its width",
		[]string{"internal/cli"}},
	"modernc.org/sqlite": {"SQLite without a C compiler",
		[]string{"internal/vulndb", "internal/sqlstore", "internal/extract/os/rpm"}},
	"github.com/chromedp/chromedp": {"a real browser walks the pages in tests",
		nil},
	"github.com/chromedp/cdproto": {"the browser's protocol, in tests",
		nil},
	"github.com/coreos/go-oidc/v3": {"sign-in by OpenID Connect: discovery and verified tokens",
		[]string{"internal/auth"}},
	"github.com/danielgtaylor/huma/v2": {"the API: typed operations, validation, OpenAPI 3.1",
		[]string{"internal/httpapi"}},
	"github.com/jackc/pgx/v5": {"PostgreSQL",
		[]string{"internal/sqlstore", "internal/jobs"}},
	"github.com/jba/templatecheck": {"types of templates, in tests",
		nil},
	"github.com/johannesboyne/gofakes3": {"an S3 server for tests",
		[]string{"internal/blob/blobtest"}},
	"github.com/joho/godotenv": {"the syntax of .env files",
		[]string{"internal/config"}},
	"github.com/minio/minio-go/v7": {"S3-compatible buckets: few dependencies, streaming uploads",
		[]string{"internal/blob"}},
	"github.com/pressly/goose/v3": {"migrations, under a lock",
		[]string{"internal/sqlstore"}},
	"github.com/prometheus/client_golang": {"metrics in the format that Prometheus reads",
		[]string{"internal/telemetry"}},
	"github.com/riverqueue/river": {"executes jobs on both databases",
		[]string{"internal/jobs"}},
	"github.com/robfig/cron/v3": {"the syntax and times of cron lines",
		[]string{"internal/app"}},
	"go.opentelemetry.io/otel": {"traces, by the standard's environment variables",
		[]string{"internal/telemetry"}},
	"golang.org/x/crypto": {"Argon2id",
		[]string{"internal/auth"}},
	"golang.org/x/oauth2": {"sign-in by OAuth 2",
		[]string{"internal/auth"}},
	"golang.org/x/time": {"limits of rates",
		[]string{"internal/server", "internal/httpapi", "internal/webui", "internal/app"}},
	"github.com/riverqueue/river/riverdriver": {"what River's drivers have in common",
		[]string{"internal/jobs"}},
	"github.com/riverqueue/river/riverdriver/riverpgxv5": {"River on PostgreSQL",
		[]string{"internal/jobs"}},
	"github.com/riverqueue/river/riverdriver/riversqlite": {"River on SQLite",
		[]string{"internal/jobs"}},
	"github.com/riverqueue/river/rivertype": {"River's rows",
		[]string{"internal/jobs"}},
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp": {"sends traces",
		[]string{"internal/telemetry"}},
	"go.opentelemetry.io/otel/sdk": {"gathers traces",
		[]string{"internal/telemetry"}},
	"go.opentelemetry.io/otel/trace": {"what a trace is",
		[]string{"internal/telemetry"}},
}

// moduleOf finds the listed module that an import path belongs to.
func moduleOf(imported string) (string, module, bool) {
	for name := imported; name != ""; {
		if m, ok := modules[name]; ok {
			return name, m, true
		}
		cut := strings.LastIndexByte(name, '/')
		if cut < 0 {
			break
		}
		name = name[:cut]
	}
	return "", module{}, false
}

// thirdParty lists imports that are neither of the standard library nor ours.
func thirdParty(imports []string) []string {
	var others []string
	for _, imported := range imports {
		first, _, _ := strings.Cut(imported, "/")
		if strings.Contains(first, ".") && imported != Module && !strings.HasPrefix(imported, Module+"/") {
			others = append(others, imported)
		}
	}
	return others
}
