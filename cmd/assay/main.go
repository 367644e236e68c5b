// Command assay tells what software is made of and what is known to be wrong
// with it. All of it is in internal/cli.
package main

import (
	"context"
	"os"

	"github.com/assay-sca/assay/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), cli.Process()))
}
