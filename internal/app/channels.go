package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/assay-sca/assay/internal/errs"
	"github.com/assay-sca/assay/internal/store"
)

// ChannelSettings are what a person sets of a notification channel.
type ChannelSettings struct {
	ID      string // of one that is there; empty: a new one
	Kind    store.ChannelKind
	Name    string   // empty: the kind
	To      []string // e-mail: addresses
	URL     string   // webhook, slack, teams: where to; empty for one that is there: as it was
	Secret  string   // webhook: signs deliveries; empty for one that is there: as it was
	Minimum string   // the least severity that it tells of; empty: low
	Muted   bool
}

// Bounds of channels.
const (
	maxChannels   = 20
	maxRecipients = 20
	maxAddress    = 2000 // bytes of a URL
	minSecret     = 16   // bytes of what signs
	maxSecret     = 500
)

// channelSecret is what is sealed of a channel.
type channelSecret struct {
	URL    string `json:"url,omitempty"`
	Secret string `json:"secret,omitempty"`
}

// channelsOf is what a project's sealed channels belong to.
func channelsOf(project string) string { return "channels:" + project }

// fillChannels sets a project's channels and seals their secrets.
func (a *App) fillChannels(f *Faults, p *store.Project, in []ChannelSettings) error {
	f.Unless(len(in) <= maxChannels, "channels", "are more than %d", maxChannels)
	old, err := a.channelSecrets(*p)
	if err != nil {
		return err
	}
	var channels []store.Channel
	secrets := map[string]channelSecret{}
	for i, c := range in {
		channel, secret := f.of("channels", i).channel(c, p.Channels, old)
		channels = append(channels, channel)
		if secret != (channelSecret{}) {
			secrets[channel.ID] = secret
		}
	}
	p.Channels, p.ChannelSecrets = channels, nil
	if len(secrets) == 0 || len(*f) > 0 {
		return nil
	}
	text, err := json.Marshal(secrets)
	if err != nil {
		return fmt.Errorf("write the secrets of channels: %w", err)
	}
	p.ChannelSecrets, err = a.seal(text, channelsOf(p.ID))
	return err
}

// seal encrypts what is stored.
func (a *App) seal(secret []byte, associated string) ([]byte, error) {
	if a.Keys == nil {
		return nil, errs.E(errs.Unavailable, "this server has no key to seal secrets with")
	}
	return a.Keys.Seal(secret, associated)
}

// channelSecrets opens what is sealed of a project's channels, by their ids.
func (a *App) channelSecrets(p store.Project) (map[string]channelSecret, error) {
	secrets := map[string]channelSecret{}
	if len(p.ChannelSecrets) == 0 {
		return secrets, nil
	}
	if a.Keys == nil {
		return nil, errs.E(errs.Unavailable, "this server has no key to open secrets with")
	}
	text, err := a.Keys.Open(p.ChannelSecrets, channelsOf(p.ID))
	if err == nil {
		err = json.Unmarshal(text, &secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("open the secrets of channels: %w", err)
	}
	return secrets, nil
}

// channel checks one, which may be one of those that are there.
func (f faultsOf) channel(in ChannelSettings, there []store.Channel, secrets map[string]channelSecret) (store.Channel, channelSecret) {
	c := store.Channel{ID: in.ID, Kind: in.Kind, Name: strings.TrimSpace(in.Name), Minimum: in.Minimum, Muted: in.Muted}
	var secret channelSecret
	if c.ID == "" {
		c.ID = store.NewID()
	} else if i := slices.IndexFunc(there, func(o store.Channel) bool { return o.ID == c.ID && o.Kind == c.Kind }); i >= 0 {
		secret = secrets[c.ID]
	} else {
		f.add("id", "is none of the project's channels of this kind")
	}
	if c.Name == "" {
		c.Name = string(c.Kind)
	}
	if c.Minimum == "" {
		c.Minimum = "low"
	}
	f.faults.checkName(f.prefix+"name", c.Name)
	f.unless(slices.Contains([]string{"critical", "high", "medium", "low", "unknown", "none"}, c.Minimum), "minimum", "is no severity")
	switch c.Kind {
	case store.ChannelEmail:
		c.To = f.recipients(in.To)
		return c, channelSecret{}
	case store.ChannelWebhook, store.ChannelSlack, store.ChannelTeams:
		secret = f.address(&c, in, secret)
	default:
		f.add("kind", "is none of e-mail, webhook, slack and teams")
	}
	return c, secret
}

func (f faultsOf) recipients(to []string) []string {
	f.unless(len(to) > 0, "to", "is empty")
	f.unless(len(to) <= maxRecipients, "to", "are more than %d", maxRecipients)
	var out []string
	for i, address := range to {
		address = cleanEmail(address)
		f.faults.checkEmail(f.prefix+field("to", i), address)
		out = append(out, address)
	}
	return out
}

// address checks where a channel delivers to and what it signs with. The whole
// address is a secret: of Slack's and Teams' who knows it can write there.
func (f faultsOf) address(c *store.Channel, in ChannelSettings, secret channelSecret) channelSecret {
	if text := strings.TrimSpace(in.URL); text != "" {
		secret.URL = text
	}
	if in.Secret != "" {
		secret.Secret = in.Secret
	}
	u, err := url.Parse(secret.URL)
	switch {
	case secret.URL == "":
		f.add("url", "is empty")
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || len(secret.URL) > maxAddress:
		f.add("url", "is no https address")
	default:
		c.URL = "https://" + u.Host
		if c.Kind == store.ChannelWebhook {
			c.URL += u.EscapedPath()
		}
	}
	if c.Kind != store.ChannelWebhook {
		f.unless(secret.Secret == "", "secret", "is for webhooks only")
	} else if secret.Secret != "" {
		f.unless(len(secret.Secret) >= minSecret && len(secret.Secret) <= maxSecret, "secret", "is not of %d to %d characters", minSecret, maxSecret)
	}
	c.Secret = c.Kind != store.ChannelWebhook || secret.Secret != ""
	return secret
}

// channelNames are what the audit log says of channels.
func channelNames(channels []store.Channel) []string {
	var names []string
	for _, c := range channels {
		state := ""
		if c.Muted {
			state = ", muted"
		}
		names = append(names, fmt.Sprintf("%s (%s from %s%s) %s", c.Name, c.Kind, c.Minimum, state, strings.Join(append(c.To, c.URL), " ")))
	}
	return names
}
