package app_test

import (
	"fmt"
	"testing"

	"github.com/assay-sca/assay/internal/app"
	"github.com/assay-sca/assay/internal/app/apptest"
	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// TestGuessesOfANetwork: who has a network of IPv6 has no more attempts than who
// has one address.
func TestGuessesOfANetwork(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	setUp(t, k)
	try := func(i int) error {
		c := app.Client{Address: fmt.Sprintf("2001:db8:1:2::%x", i)}
		return errOf(k.SignIn(t.Context(), app.SignInInput{Email: "ada@example.org", Password: "guess"}, c))
	}
	for i := range 10 {
		wantKind(t, "a guess", try(i), errs.Anonymous)
	}
	wantKind(t, "from the same network", try(11), errs.Busy)
	other := app.Client{Address: "2001:db8:1:3::1"}
	if _, err := k.SignIn(t.Context(), app.SignInInput{Email: "ada@example.org", Password: goodPassword}, other); err != nil {
		t.Errorf("from another network: %v", err)
	}
}

// TestOddBrowser: what a browser calls itself keeps nobody out.
func TestOddBrowser(t *testing.T) {
	t.Parallel()
	eachKit(t, func(t *testing.T, k *apptest.Kit) {
		setUp(t, k)
		odd := app.Client{Address: "192.0.2.9", Agent: "Br\xffwser"}
		signed, err := k.SignIn(t.Context(), app.SignInInput{Email: "ada@example.org", Password: goodPassword}, odd)
		fatal(t, err)
		all, err := k.Sessions(t.Context(), signed.Actor)
		if err != nil || len(all) != 2 || (all[0].Agent != "Br?wser" && all[1].Agent != "Br?wser") {
			t.Errorf("sessions %+v, error %v", all, err)
		}
	})
}

// TestRefusalsAreAlike: an account that there is and one that there is not are
// refused with the same words and after the same work.
func TestRefusalsAreAlike(t *testing.T) {
	t.Parallel()
	k := apptest.New(t, openSQLite(t))
	setUp(t, k)
	refused := func(email string) (string, int) {
		before := events(t, k)
		_, err := k.SignIn(t.Context(), app.SignInInput{Email: email, Password: "guess"}, browser)
		wantKind(t, email, err, errs.Anonymous)
		return err.Error(), events(t, k) - before
	}
	words, written := refused("ada@example.org")
	for _, email := range []string{"nobody@example.org", ""} {
		if w, n := refused(email); w != words || n != written || n != 1 {
			t.Errorf("%q: %q and %d events, else %q and %d", email, w, n, words, written)
		}
	}
}

func events(t *testing.T, k *apptest.Kit) int {
	t.Helper()
	l, err := k.AuditEvents(t.Context(), app.System(), store.AuditFilter{}, store.Page{Limit: store.MaxLimit})
	fatal(t, err)
	return len(l.Items)
}
