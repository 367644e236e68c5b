package server

import "context"

// work starts what the process's roles ask for beside serving. The channel tells
// when it cannot go on.
func (s *server) work(ctx context.Context) (<-chan error, func() error, error) {
	return nil, func() error { return nil }, nil
}
