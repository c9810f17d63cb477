// Command client calls a provider as upstream's core does, checks every answer, and prints what came of it as JSON; see
// ../README.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	options := readOptions()
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	dialler, err := newDialler(options)
	if err != nil {
		log.Fatal(err)
	}
	if options.push {
		if err := push(options, dialler); err != nil {
			log.Fatalf("push: %v", err)
		}
	}
	go dialler.follow(ended)
	results := newResults()
	go report(ended, results)
	hammer(ended, options, dialler, results)
	if err := json.NewEncoder(os.Stdout).Encode(results.summary(dialler.dialled.Load())); err != nil {
		log.Fatal(err)
	}
}

// options are the flags.
type options struct {
	address, serverName, certDir string
	question                     question
	push                         bool
	inFlight                     int
	calls                        int
	duration, deadline           time.Duration
	keepalive, pause             time.Duration
}

func readOptions() *options {
	o := &options{}
	flag.StringVar(&o.address, "address", "", "address of the provider, host:port")
	flag.StringVar(&o.serverName, "server-name", "", "name in the provider's certificate")
	flag.StringVar(&o.certDir, "cert-dir", "", "directory with tls.crt, tls.key and ca.crt of the client")
	reference := flag.String("provider-ref", "{}", "provider.v1.ProviderReference as JSON")
	flag.StringVar(&o.question.namespace, "namespace", "", "namespace that asks")
	flag.StringVar(&o.question.key, "key", "", "key to get")
	flag.StringVar(&o.question.find, "find", "", "expression to find secrets by, instead of a key")
	flag.IntVar(&o.question.bytes, "bytes", 0, "bytes of keys and values in a right answer; each byte of a value is an x")
	flag.BoolVar(&o.push, "push", false, "push the right answer under the key first")
	flag.IntVar(&o.inFlight, "in-flight", 600, "calls at once")
	flag.IntVar(&o.calls, "calls", 0, "calls in all; 0: as many as the time allows")
	flag.DurationVar(&o.duration, "for", 10*time.Second, "how long calls are begun")
	flag.DurationVar(&o.deadline, "deadline", 30*time.Second, "deadline of each call")
	flag.DurationVar(&o.pause, "pause", 0, "how long each caller waits after a call")
	flag.DurationVar(&o.keepalive, "keepalive", 10*time.Second, "silence after which the connection is pinged")
	flag.Parse()
	if err := o.question.refer(*reference); err != nil {
		log.Fatalf("--provider-ref: %v", err)
	}
	return o
}

// hammer keeps so many calls in flight until the time is up or enough have been made, and waits for the last answer.
func hammer(ended context.Context, o *options, dialler *dialler, results *results) {
	beginning, cancel := context.WithTimeout(ended, o.duration)
	defer cancel()
	tickets := make(chan struct{})
	go func() {
		defer close(tickets)
		for made := 0; o.calls == 0 || made < o.calls; made++ {
			select {
			case tickets <- struct{}{}:
			case <-beginning.Done():
				return
			}
		}
	}()
	var callers sync.WaitGroup
	for range o.inFlight {
		callers.Go(func() {
			for range tickets {
				results.add(ask(o, dialler))
				time.Sleep(o.pause)
			}
		})
	}
	callers.Wait()
}

// report says every two seconds how far it is.
func report(ended context.Context, results *results) {
	ticker := time.NewTicker(2 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			right, others := results.sofar()
			fmt.Fprintf(os.Stderr, "%d answers right, %d calls otherwise\n", right, others)
		case <-ended.Done():
			return
		}
	}
}
