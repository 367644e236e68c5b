package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
)

// TestMain takes the network away: whoever reaches for the global transport is
// told so. The scripts' own client reaches this machine only.
func TestMain(m *testing.M) {
	http.DefaultTransport = poisoned{}
	os.Exit(m.Run())
}

type poisoned struct{}

func (poisoned) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.New("a test reached for the network: " + r.URL.String())
}

// loopbackClient cannot leave this machine.
func loopbackClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
				return nil, fmt.Errorf("a test reached for the network: %s", address)
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}}
}
