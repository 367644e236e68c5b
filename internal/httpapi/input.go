package httpapi

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/assay-sca/assay/internal/store"
)

// Paging is what every list takes.
type Paging struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many items to answer with at most."`
	Cursor string `query:"cursor" maxLength:"1000" doc:"Where to go on: the next of the answer before."`
	Sort   string `query:"sort" maxLength:"40" doc:"The field to sort by; with a minus sign in front, the largest first."`
}

// page is the page as the store knows it.
func (p Paging) page() store.Page {
	sort, desc := strings.CutPrefix(p.Sort, "-")
	return store.Page{Sort: sort, Desc: desc, Limit: p.Limit, Cursor: p.Cursor}
}

// Items is a part of a list.
type Items[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"The cursor of what follows; absent: nothing does."`
}

// Listed answers with a part of a list.
type Listed[T any] struct {
	Link string `header:"Link" doc:"The address of what follows, as rel=next."`
	Body Items[T]
}

// listed translates a part of a list, item by item.
func listed[S, T any](ctx context.Context, from store.List[S], translate func(S) T) *Listed[T] {
	out := &Listed[T]{Body: Items[T]{Items: make([]T, len(from.Items)), Next: from.Next}}
	for i, item := range from.Items {
		out.Body.Items[i] = translate(item)
	}
	if from.Next != "" {
		out.Link = nextLink(visitOf(ctx).url, from.Next)
	}
	return out
}

// nextLink is the same request with another cursor.
func nextLink(at url.URL, cursor string) string {
	q := at.Query()
	q.Set("cursor", cursor)
	return fmt.Sprintf("<%s?%s>; rel=\"next\"", at.EscapedPath(), q.Encode())
}

// IfMatch is what every change of a thing with a revision takes.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"40" doc:"The ETag of what is to be changed: the change is refused with 412 if it was changed meanwhile, and with 428 without."`
}

// revision is the revision that the client saw.
func (m IfMatch) revision() (int64, error) {
	if m.IfMatch == "" {
		return 0, huma.NewError(428, "If-Match is missing: say which ETag the change is meant for")
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(m.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return 0, huma.NewError(412, "If-Match is not an ETag of this thing")
	}
	return n, nil
}

// etag is a revision as an ETag.
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// Upload is embedded by the input of an operation made by upload.
type Upload struct {
	stream io.Reader
	size   int64 // in bytes, as the sender says; 0: it says nothing
}

// Resolve keeps the body, unread.
func (u *Upload) Resolve(ctx huma.Context) []error {
	u.stream = ctx.BodyReader()
	if size, err := strconv.ParseInt(ctx.Header("Content-Length"), 10, 64); err == nil {
		u.size = size
	}
	return nil
}

var _ huma.Resolver = (*Upload)(nil)
