package main

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// backend holds the secrets, and tells of their changes.
type backend struct {
	mutex    sync.Mutex
	world    *world
	watchers map[*watcher]bool
}

// watcher is told the keys that change with one config.
type watcher struct {
	config *config
	keys   chan string
}

// find returns a secret, or nil.
func (b *backend) find(c *config, key string) *secret {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return c.find(key)
}

func (c *config) find(key string) *secret {
	for _, secret := range c.Secrets {
		if secret.Key == key {
			return secret
		}
	}
	return nil
}

// read returns one version of a secret, the newest where none is named.
func (b *backend) read(ctx context.Context, c *config, key, id string) ([]byte, *secret, error) {
	secret := b.find(c, key)
	if secret == nil {
		return nil, nil, failed(secretNotFound, "the secret does not exist in the backend")
	}
	if err := secret.trouble(); err != nil {
		return nil, nil, err
	}
	if err := sleep(ctx, time.Duration(secret.SlowMs)*time.Millisecond); err != nil {
		return nil, nil, err
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if id == "" {
		return secret.Versions[len(secret.Versions)-1].Value, secret, nil
	}
	for _, version := range secret.Versions {
		if version.ID == id {
			return version.Value, secret, nil
		}
	}
	return nil, nil, failed(versionNotFound, "the secret has no such version")
}

func (s *secret) trouble() error {
	switch s.Trouble {
	case "forbidden":
		return failed(accessDenied, "the backend does not allow this access")
	case "throttled":
		return failed(backendThrottled, "the backend limits the rate of requests")
	case "unavailable":
		return failed(backendUnavailable, "the backend cannot be reached")
	case "garbled":
		return failed(internal, "the answer of the backend makes no sense")
	}
	return nil
}

// write makes a value the newest version of a secret that is managed, or that is not there.
func (b *backend) write(c *config, key string, change func(before []byte) ([]byte, error)) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	found := c.find(key)
	var before []byte
	if found != nil {
		if !found.Managed {
			return failed(alreadyExists, "the secret exists, and is not managed here")
		}
		before = found.Versions[len(found.Versions)-1].Value
	}
	value, err := change(before)
	if err != nil {
		return err
	}
	if found == nil {
		found = &secret{Key: key, Managed: true}
		c.Secrets = append(c.Secrets, found)
	}
	found.Versions = append(found.Versions, version{ID: "v" + strconv.Itoa(len(found.Versions)+1), Value: value})
	b.tell(c, key)
	return nil
}

// remove removes a secret that is managed; another one stays, as does one of which only a property was to go and more is left.
func (b *backend) remove(c *config, key, property string) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for index, secret := range c.Secrets {
		if secret.Key != key || !secret.Managed {
			continue
		}
		b.tell(c, key)
		if rest := without(secret.Versions[len(secret.Versions)-1].Value, property); len(rest) > 0 {
			value, err := json.Marshal(rest)
			secret.Versions = append(secret.Versions, version{ID: "v" + strconv.Itoa(len(secret.Versions)+1), Value: value})
			return err
		}
		c.Secrets = append(c.Secrets[:index:index], c.Secrets[index+1:]...)
		return nil
	}
	return nil
}

// without is what is left of an object; nothing where it is none, or no property is named.
func without(value []byte, property string) map[string]json.RawMessage {
	var object map[string]json.RawMessage
	if property == "" || json.Unmarshal(value, &object) != nil {
		return nil
	}
	delete(object, property)
	return object
}

func (b *backend) tell(c *config, key string) {
	for watcher := range b.watchers {
		if watcher.config == c {
			watcher.keys <- key
		}
	}
}

// watch returns what is told from now on, and how to end it.
func (b *backend) watch(c *config) (<-chan string, func()) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	// More than a test changes while nobody reads.
	own := &watcher{config: c, keys: make(chan string, 1_000)}
	b.watchers[own] = true
	return own.keys, func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		delete(b.watchers, own)
	}
}

func sleep(ctx context.Context, wanted time.Duration) error {
	select {
	case <-time.After(wanted):
		return nil
	case <-ctx.Done():
		return failed(timeout, "the call did not end in time")
	}
}
