package harness

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
)

// Proxy stands between servers and a PostgreSQL on a socket, and can be cut: then
// the database is gone for them.
type Proxy struct {
	URL string // of the database through the proxy

	to       string
	mu       sync.Mutex
	cut      bool
	conns    map[net.Conn]bool
	listener net.Listener
}

// StartProxy starts one for the database at an address, in an empty folder.
func StartProxy(dir, address string) (*Proxy, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	p := &Proxy{to: filepath.Join(q.Get("host"), ".s.PGSQL.5432"), conns: map[net.Conn]bool{}}
	if p.listener, err = net.Listen("unix", filepath.Join(dir, ".s.PGSQL.5432")); err != nil {
		return nil, err
	}
	q.Set("host", dir)
	u.RawQuery = q.Encode()
	p.URL = u.String()
	go p.serve()
	return p, nil
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.to)
		if err != nil || !p.keep(client, server) {
			client.Close()
			if server != nil {
				server.Close()
			}
			continue
		}
		go p.copy(client, server)
		go p.copy(server, client)
	}
}

func (p *Proxy) copy(to, from net.Conn) {
	_, _ = io.Copy(to, from) // it ends when either end does
	to.Close()
	from.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, to)
	delete(p.conns, from)
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = !p.cut
	}
	return !p.cut
}

// Cut ends all connections and lets none through.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.conns {
		c.Close()
	}
}

// Mend lets connections through again.
func (p *Proxy) Mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// Close ends the proxy.
func (p *Proxy) Close() error {
	p.Cut()
	return p.listener.Close()
}
