package main

import (
	"slices"
	"sync"
	"time"
)

// results is what came of the calls.
type results struct {
	mutex     sync.Mutex
	begin     time.Time
	right     []time.Duration
	otherwise map[string]int
}

// summary is what the program prints.
type summary struct {
	Right int `json:"right"`
	// Calls that were not answered right, by what came instead.
	Otherwise   map[string]int `json:"otherwise"`
	Connections int64          `json:"connections"`
	Seconds     float64        `json:"seconds"`
	// Of the calls that were answered right.
	P50Ms float64 `json:"p50Ms"`
	P95Ms float64 `json:"p95Ms"`
	MaxMs float64 `json:"maxMs"`
}

func newResults() *results {
	return &results{begin: time.Now(), otherwise: map[string]int{}}
}

func (r *results) add(what string, took time.Duration) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if what == "" {
		r.right = append(r.right, took)
	} else {
		r.otherwise[what]++
	}
}

func (r *results) sofar() (right, others int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, count := range r.otherwise {
		others += count
	}
	return len(r.right), others
}

func (r *results) summary(connections int64) summary {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	slices.Sort(r.right)
	return summary{
		Right:       len(r.right),
		Otherwise:   r.otherwise,
		Connections: connections,
		Seconds:     time.Since(r.begin).Seconds(),
		P50Ms:       r.percentile(50),
		P95Ms:       r.percentile(95),
		MaxMs:       r.percentile(100),
	}
}

func (r *results) percentile(percent int) float64 {
	if len(r.right) == 0 {
		return 0
	}
	index := max(0, (len(r.right)*percent+99)/100-1)
	return float64(r.right[index].Microseconds()) / 1000
}
