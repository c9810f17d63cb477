// Command server is a provider in Go that does what the key of a remote ref tells it to; see ../README.md and ../../README.md.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os/signal"
	"syscall"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address of the provider, host:port")
	status := flag.String("status-addr", "127.0.0.1:0", "address of /readyz and /counters, host:port")
	certDir := flag.String("cert-dir", "", "directory with tls.crt, tls.key and ca.crt")
	clientURI := flag.String("client-uri", "spiffe://external-secrets.io/core", "URI in the certificate of the only client")
	maxStreams := flag.Uint("max-streams", 0, "calls that a connection may have in flight; 0: as grpc-go has it, no limit")
	flag.Parse()

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	counters := newCounters()
	process := &supervisor{listener: listener, certDir: *certDir, clientURI: *clientURI, maxStreams: uint32(*maxStreams)}
	process.provider = &provider{counters: counters, process: process}
	process.start()
	go func() { log.Fatal(http.ListenAndServe(*status, counters)) }()
	log.Printf("serves on %s", listener.Addr())
	<-ended.Done()
	process.stop()
}
