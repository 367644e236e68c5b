package sqlstore

import (
	"context"
	"time"

	"github.com/assay-sca/assay/internal/store"
)

// Setting implements store.Settings.
func (n *nouns) Setting(ctx context.Context, name string) (string, error) {
	values, err := collect(ctx, n.read, scanText, `select value from settings where name = $1`, name)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// SetSetting implements store.Settings.
func (n *nouns) SetSetting(ctx context.Context, name, value string) error {
	return n.do(ctx, `insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`, name, value)
}

// BeginAnswer implements store.Answers.
func (n *nouns) BeginAnswer(ctx context.Context, a store.Answer, stale time.Time) (store.Answer, bool, error) {
	begun, err := n.affected(ctx, `insert into idempotency (actor, key, request, status, headers, body, created_at) values ($1, $2, $3, 0, '', $4, $5)
		on conflict (actor, key) do update set request = excluded.request, created_at = excluded.created_at
		where idempotency.status = 0 and idempotency.created_at < $6`,
		a.Actor, a.Key, a.Request, []byte{}, millis(a.CreatedAt), millis(stale))
	if err != nil || begun > 0 {
		return a, err == nil, err
	}
	kept, err := one(ctx, n.write, scanAnswer, "answer for this key",
		`select actor, key, request, status, headers, body, created_at from idempotency where actor = $1 and key = $2`, a.Actor, a.Key)
	return kept, false, err
}

func scanAnswer(row func(...any) error) (a store.Answer, err error) {
	var created *int64
	err = row(&a.Actor, &a.Key, &a.Request, &a.Status, &a.Headers, &a.Body, &created)
	a.CreatedAt = instant(created)
	if len(a.Body) == 0 {
		a.Body = nil // the databases differ here
	}
	return a, err
}

// FinishAnswer implements store.Answers.
func (n *nouns) FinishAnswer(ctx context.Context, a store.Answer) error {
	body := a.Body
	if body == nil {
		body = []byte{}
	}
	return n.must(ctx, "such key", `update idempotency set status = $3, headers = $4, body = $5 where actor = $1 and key = $2`, a.Actor, a.Key, a.Status, a.Headers, body)
}

// DropAnswer implements store.Answers.
func (n *nouns) DropAnswer(ctx context.Context, actor, key string) error {
	return n.do(ctx, `delete from idempotency where actor = $1 and key = $2`, actor, key)
}

// ExpireAnswers implements store.Answers.
func (n *nouns) ExpireAnswers(ctx context.Context, before time.Time) (int64, error) {
	return n.affected(ctx, `delete from idempotency where created_at < $1`, millis(before))
}
