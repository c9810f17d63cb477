// Command conforming is a provider that keeps the whole contract, with a backend in memory; `--fault` breaks one rule of it. See
// ../README.md and ../../README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os/signal"
	"syscall"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address of the provider, host:port")
	certDir := flag.String("cert-dir", "", "directory with tls.crt, tls.key and ca.crt")
	clientURI := flag.String("client-uri", "spiffe://external-secrets.io/core", "URI in the certificate of the only client")
	worldFile := flag.String("world", "", "file that says which objects and secrets there are (JSON)")
	broken := flag.String("fault", "", "id of the rule to break; empty: none")
	list := flag.Bool("list-faults", false, "print the ids that --fault takes, and end")
	flag.Parse()
	if *list {
		for id := range faults {
			fmt.Println(id)
		}
		return
	}
	world, err := readWorld(*worldFile)
	if err != nil {
		log.Fatal(err)
	}
	behind := &backend{world: world, watchers: map[*watcher]bool{}}
	fault, err := faultOf(*broken, behind)
	if err != nil {
		log.Fatal(err)
	}

	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	server := newServer(serverOptions{listener: listener, certDir: *certDir, clientURI: *clientURI, backend: behind, fault: fault})
	fmt.Printf("serves on %s\n", listener.Addr())
	server.start()
	<-ended.Done()
	server.stop()
}
