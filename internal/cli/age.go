package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/assay-sca/assay/internal/errs"
)

// age is a flag's duration that may also be given in days: "5d", "72h", "0".
type age time.Duration

const day = 24 * time.Hour

func (a *age) Set(text string) error {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36500 {
			return errs.E(errs.Invalid, "%q is no number of days", days)
		}
		*a = age(time.Duration(n) * day)
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errs.E(errs.Invalid, "%q is no age such as 5d or 72h", text)
	}
	*a = age(d)
	return nil
}

func (a *age) String() string {
	d := time.Duration(*a)
	if d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	return d.String()
}

func (a *age) Type() string { return "age" }
