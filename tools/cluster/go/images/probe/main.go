// What a pod of a test does: serve, dial, resolve. One static binary, so that its image is one file.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// Longest wait for one connection or answer; the two retransmissions of a SYN (after 1 s and 3 s) fall into it.
const patience = 4 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: probe serve PORT... | dial HOST:PORT... | resolve NAME | hold MEBIBYTES")
	}
	switch args[0] {
	case "serve":
		return serve(args[1:])
	case "dial":
		return dialAll(args[1:])
	case "resolve":
		return resolve(args[1])
	case "hold":
		return hold(args[1])
	default:
		return fmt.Errorf("unknown command %q", args[0])
	}
}

// serve answers HTTP on each port with the name of the host, until the process ends.
func serve(ports []string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, name) })
	failed := make(chan error)
	for _, port := range ports {
		go func() { failed <- http.ListenAndServe(":"+port, handler) }()
	}
	return <-failed
}

// dialAll dials every target at once and prints a line for each: the target, then "open" or "dropped".
func dialAll(targets []string) error {
	results := make([]string, len(targets))
	done := make(chan int)
	for i, target := range targets {
		go func() {
			results[i] = dial(target)
			done <- i
		}()
	}
	for range targets {
		<-done
	}
	for i, target := range targets {
		fmt.Println(target, results[i])
	}
	return nil
}

func dial(target string) string {
	connection, err := net.DialTimeout("tcp", target, patience)
	if err == nil {
		connection.Close()
		return "open"
	}
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		return "dropped"
	}
	return err.Error()
}

func resolve(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(ctx, name)
	for _, address := range addresses {
		fmt.Println(address)
	}
	return err
}

// hold touches that much memory and keeps it: a limit below it ends the process.
func hold(mebibytes string) error {
	var count int
	if _, err := fmt.Sscan(mebibytes, &count); err != nil {
		return err
	}
	memory := make([]byte, count<<20)
	for i := range memory {
		memory[i] = 1
	}
	time.Sleep(time.Hour)
	fmt.Println(len(memory))
	return nil
}
