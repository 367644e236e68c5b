package app

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// answerLost is after how long a request without an answer is taken for lost.
const answerLost = 10 * time.Minute

// BeginAnswer reserves an actor's idempotency key for a request with this digest,
// or returns what was answered to the request that has it, with false.
func (a *App) BeginAnswer(ctx context.Context, who Actor, key string, digest []byte) (store.Answer, bool, error) {
	now := a.Clock()
	return a.Store.BeginAnswer(ctx, store.Answer{Actor: who.ID(), Key: key, Request: digest, CreatedAt: now}, now.Add(-answerLost))
}

// FinishAnswer keeps what was answered, for a day.
func (a *App) FinishAnswer(ctx context.Context, answer store.Answer) error {
	return a.Store.FinishAnswer(ctx, answer)
}

// DropAnswer frees the key of a request that had no effect.
func (a *App) DropAnswer(ctx context.Context, who Actor, key string) error {
	return a.Store.DropAnswer(ctx, who.ID(), key)
}
