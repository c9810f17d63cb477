package main

import (
	"net"
	"sync"
)

// door is the listener of one server: it hands on the connections that the port has accepted in its time.
type door struct {
	address     net.Addr
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newDoor(address net.Addr) *door {
	return &door{address: address, connections: make(chan net.Conn), closed: make(chan struct{})}
}

// admit drops the connection when the server takes no more.
func (d *door) admit(connection net.Conn) {
	select {
	case d.connections <- connection:
	case <-d.closed:
		connection.Close()
	}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case connection := <-d.connections:
		return connection, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

func (d *door) Addr() net.Addr { return d.address }
