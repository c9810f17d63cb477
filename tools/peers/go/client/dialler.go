package main

import (
	"context"
	"log"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"peers/identity"
	pb "peers/provider"
)

// dialler holds the one connection that all calls share, and replaces it when the certificate has changed.
type dialler struct {
	options *options
	// Connections that were dialled, reconnects included.
	dialled atomic.Int64

	mutex sync.Mutex
	link  *link
	stamp string
}

// link is a connection with the calls that use it.
type link struct {
	connection *grpc.ClientConn
	client     pb.SecretStoreProviderClient
	calls      sync.WaitGroup
}

func newDialler(o *options) (*dialler, error) {
	d := &dialler{options: o}
	return d, d.dial()
}

// borrow returns the client of the connection; the caller calls the function after its call.
func (d *dialler) borrow() (pb.SecretStoreProviderClient, func()) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.link.calls.Add(1)
	return d.link.client, d.link.calls.Done
}

// follow dials anew when the certificate has changed. The old connection ends with its last call.
func (d *dialler) follow(ended context.Context) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := d.dial(); err != nil {
				log.Printf("certificate: %v", err)
			}
		case <-ended.Done():
			return
		}
	}
}

// dial does nothing when the certificate is the one that is used.
func (d *dialler) dial() error {
	files, err := identity.Read(d.options.certDir)
	if err != nil {
		return err
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if files.Stamp == d.stamp {
		return nil
	}
	connection, err := grpc.NewClient(
		"passthrough:///"+d.options.address,
		grpc.WithTransportCredentials(credentials.NewTLS(identity.ClientConfig(files, d.options.serverName))),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                d.options.keepalive,
			Timeout:             5 * time.Second,
			PermitWithoutStream: true,
		}),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true), grpc.MaxCallRecvMsgSize(math.MaxInt32)),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err == nil {
				d.dialled.Add(1)
			}
			return connection, err
		}),
	)
	if err != nil {
		return err
	}
	previous := d.link
	d.link = &link{connection: connection, client: pb.NewSecretStoreProviderClient(connection)}
	d.stamp = files.Stamp
	if previous != nil {
		log.Print("the certificate has changed: a new connection")
		go func() {
			previous.calls.Wait()
			previous.connection.Close()
		}()
	}
	return nil
}
