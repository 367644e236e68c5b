package server

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
	"github.com/assay-sca/assay/internal/telemetry"
)

// figureTime bounds the reading of figures from the database.
const figureTime = 2 * time.Second

// figures adds what is read when somebody asks for metrics.
func (s *server) figures(ctx context.Context) {
	s.metrics.Gauges("assay_scans", "Scans by state; of those that ended, the last day's, at most 1,000 of each.", []string{"state"}, func() []telemetry.Reading {
		ctx, stop := context.WithTimeout(ctx, figureTime)
		defer stop()
		n, err := s.db.CountScans(ctx, store.ScanFilter{}, s.o.Clock().Add(-24*time.Hour))
		if err != nil {
			return nil
		}
		return readings("waiting", n.Waiting, "queued", n.Queued, "running", n.Running, "done", n.Done, "failed", n.Failed, "cancelled", n.Cancelled)
	})
	s.metrics.Gauges("assay_database_connections", "Connections to the database that writes go by.", []string{"state"}, func() []telemetry.Reading {
		if pool := s.db.Pool(); pool != nil {
			stat := pool.Stat()
			return readings("used", int(stat.AcquiredConns()), "idle", int(stat.IdleConns()), "most", int(stat.MaxConns()))
		}
		stat := s.db.SQL().Stats()
		return readings("used", stat.InUse, "idle", stat.Idle, "most", stat.MaxOpenConnections)
	})
}

// readings are numbers by their states.
func readings(pairs ...any) []telemetry.Reading {
	var out []telemetry.Reading
	for i := 0; i+1 < len(pairs); i += 2 {
		state, isText := pairs[i].(string)
		n, isNumber := pairs[i+1].(int)
		if isText && isNumber {
			out = append(out, telemetry.Reading{Labels: []string{state}, Value: float64(n)})
		}
	}
	return out
}
