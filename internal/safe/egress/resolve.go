package egress

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
)

// Resolver finds the addresses of a host for programs that connect by themselves,
// such as git, and refuses those inside the own network. What it returns is what
// the program must connect to: a name asked twice may have two answers.
type Resolver struct {
	// Inside are the hosts that may have private addresses: names or addresses,
	// with or without a port; "*" is every host. Link-local addresses, where clouds
	// keep their keys, are reached by no name: only the address itself names them.
	Inside []string
	// Lookup asks for the addresses of a name; nil asks the system.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Resolve returns the addresses of a host that may be connected to, never none.
// One address that may not be reached refuses them all. The kind of a refusal is
// errs.Invalid, that of a name without an answer errs.Unavailable.
func (r Resolver) Resolve(ctx context.Context, name, port string) ([]netip.Addr, error) {
	asked := net.JoinHostPort(strings.ToLower(name), port)
	list := &allowed{hosts: map[string]bool{asked: r.inside(name, asked)}}
	ctx = context.WithValue(ctx, key{}, list)
	if at, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{at.Unmap().WithZone("")}, check(ctx, asked, at)
	}
	lookup := r.Lookup
	if lookup == nil {
		lookup = lookUp
	}
	found, err := lookup(ctx, name)
	if err != nil || len(found) == 0 {
		return nil, errs.E(errs.Unavailable, "no address of %s was found", name)
	}
	for i, at := range found {
		if err := check(ctx, asked, at); err != nil {
			return nil, err
		}
		found[i] = at.Unmap()
	}
	return found, nil
}

func (r Resolver) inside(name, asked string) bool {
	return slices.ContainsFunc(r.Inside, func(entry string) bool {
		return entry == "*" || strings.EqualFold(entry, name) || strings.EqualFold(entry, asked)
	})
}

func lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
