package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"google.golang.org/grpc/peer"
)

// counters is what a test reads, from /counters as JSON. Nothing is ever reset: tests look at differences.
type counters struct {
	mutex sync.Mutex
	// Calls by key.
	Keys map[string]int `json:"keys"`
	// Calls with a key that are being answered, and the most of them that were so at once.
	InFlight     int `json:"inFlight"`
	MostInFlight int `json:"mostInFlight"`
	// Connections that have carried such a call.
	Connections int `json:"connections"`
	addresses   map[string]bool
}

func newCounters() *counters {
	return &counters{Keys: map[string]int{}, addresses: map[string]bool{}}
}

// begin counts a call; the caller calls what it returns at the end.
func (c *counters) begin(ctx context.Context, key string) func() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.Keys[key]++
	c.InFlight++
	c.MostInFlight = max(c.MostInFlight, c.InFlight)
	if client, ok := peer.FromContext(ctx); ok && !c.addresses[client.Addr.String()] {
		c.addresses[client.Addr.String()] = true
		c.Connections++
	}
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.InFlight--
	}
}

func (c *counters) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	switch request.URL.Path {
	case "/readyz":
		_, _ = response.Write([]byte("ok"))
	case "/counters":
		c.mutex.Lock()
		defer c.mutex.Unlock()
		_ = json.NewEncoder(response).Encode(c)
	default:
		http.NotFound(response, request)
	}
}
