package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

// Client is a person's browser without JavaScript, and a program with a token.
type Client struct {
	URL    string
	Token  string // for the API
	http   *http.Client
	cookie http.CookieJar
}

// NewClient makes a client of a server.
func NewClient(address string) *Client {
	jar, _ := cookiejar.New(nil) // it fails for bad options only
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}
	return &Client{URL: address, cookie: jar, http: &http.Client{Jar: jar, Transport: transport, Timeout: 2 * time.Minute}}
}

// At is the same client, cookies and token included, at another server.
func (c *Client) At(address string) *Client {
	other := NewClient(address)
	other.Token = c.Token
	if from, err := url.Parse(c.URL); err == nil {
		if to, err := url.Parse(address); err == nil {
			other.cookie.SetCookies(to, c.cookie.Cookies(from))
		}
	}
	return other
}

// Page is an answer.
type Page struct {
	Status int
	Path   string // where redirects led
	Body   string
	Took   time.Duration // until the last byte
	Server time.Duration // what the server says that it took; 0: it does not
}

// Get reads a page as a person.
func (c *Client) Get(ctx context.Context, path string) (Page, error) {
	return c.do(ctx, http.MethodGet, path, "", nil, false)
}

// token finds the token that a page's forms carry.
var token = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// Submit sends a form as the page at path shows it: with its token and with the
// values that its hidden fields hold.
func (c *Client) Submit(ctx context.Context, page Page, action string, fields url.Values) (Page, error) {
	found := token.FindStringSubmatch(page.Body)
	if found == nil {
		return Page{}, fmt.Errorf("%s has no form", page.Path)
	}
	if fields == nil {
		fields = url.Values{}
	}
	fields.Set("csrf", html.UnescapeString(found[1]))
	return c.do(ctx, http.MethodPost, action, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()), false)
}

// Call asks the API: in is sent as JSON unless it is an io.Reader, out is filled
// unless it is nil. A status of 400 or more is an error.
func (c *Client) Call(ctx context.Context, method, path string, in, out any) (Page, error) {
	var body io.Reader
	kind := ""
	switch in := in.(type) {
	case nil:
	case io.Reader:
		body, kind = in, "application/json"
	default:
		data, err := json.Marshal(in)
		if err != nil {
			return Page{}, err
		}
		body, kind = bytes.NewReader(data), "application/json"
	}
	page, err := c.do(ctx, method, "/api/v1"+path, kind, body, true)
	if err != nil {
		return page, err
	}
	if page.Status >= http.StatusBadRequest {
		return page, &StatusError{page.Status, method + " " + path, page.Body}
	}
	if out != nil {
		if err := json.Unmarshal([]byte(page.Body), out); err != nil {
			return page, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	return page, nil
}

// StatusError is an answer that says no.
type StatusError struct {
	Status     int
	What, Body string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: status %d: %.500s", e.What, e.Status, e.Body)
}

func (c *Client) do(ctx context.Context, method, path, kind string, body io.Reader, program bool) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return Page{}, err
	}
	if f, ok := body.(*os.File); ok {
		info, err := f.Stat()
		if err != nil {
			return Page{}, err
		}
		request.ContentLength = info.Size()
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if program && c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	if method != http.MethodGet {
		request.Header.Set("Origin", c.URL)
	}
	client := *c.http
	if program {
		client.Jar = nil
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return Page{}, err
	}
	data, err := io.ReadAll(response.Body)
	err = errors.Join(err, response.Body.Close())
	return Page{Status: response.StatusCode, Path: response.Request.URL.RequestURI(), Body: string(data),
		Took: time.Since(began), Server: serverTime(response.Header)}, err
}

// duration is the total of a Server-Timing header.
var duration = regexp.MustCompile(`total;dur=([0-9.]+)`)

func serverTime(h http.Header) time.Duration {
	found := duration.FindStringSubmatch(h.Get("Server-Timing"))
	if found == nil {
		return 0
	}
	d, _ := time.ParseDuration(found[1] + "ms")
	return d
}

// The administrator that SetUp makes.
const (
	Email        = "ada@example.org"
	Password     = "correct horse battery staple"
	Organisation = "Example Ltd"
)

// SetUp makes the administrator by the link of the first start and signs in.
func (c *Client) SetUp(ctx context.Context, link string) error {
	page, err := c.Get(ctx, link)
	if err != nil {
		return err
	}
	secret, err := url.Parse(link)
	if err != nil {
		return err
	}
	page, err = c.Submit(ctx, page, "/setup", url.Values{"link": {secret.Query().Get("link")}, "organisation": {Organisation},
		"name": {"Ada"}, "email": {Email}, "password": {Password}})
	if err != nil {
		return err
	}
	if page.Status != http.StatusOK || strings.HasPrefix(page.Path, "/setup") {
		return fmt.Errorf("set-up led to %s with status %d: %.2000s", page.Path, page.Status, page.Body)
	}
	return nil
}
