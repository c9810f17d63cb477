package main

import (
	"bufio"
	"net"
	"sync"
	"sync/atomic"
)

// The first byte of a TLS handshake.
const handshake = 0x16

// door is the listener; a fault counts connections there, or hands those without TLS on.
type door struct {
	net.Listener
	fault *fault
	open  atomic.Int32
	plain *queue
}

func (d *door) Accept() (net.Conn, error) {
	for {
		connection, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if d.plain != nil {
			begun := &begunConnection{Conn: connection, reader: bufio.NewReader(connection)}
			if first, err := begun.reader.Peek(1); err != nil || first[0] != handshake {
				d.plain.connections <- begun
				continue
			}
			return begun, nil
		}
		if d.fault.mostConnections == 0 {
			return connection, nil
		}
		counted := &countedConnection{Conn: connection, open: &d.open}
		if d.open.Add(1) <= int32(d.fault.mostConnections) {
			return counted, nil
		}
		counted.Close()
	}
}

// begunConnection has been read from.
type begunConnection struct {
	net.Conn
	reader *bufio.Reader
}

func (c *begunConnection) Read(into []byte) (int, error) { return c.reader.Read(into) }

// countedConnection is counted until it is closed.
type countedConnection struct {
	net.Conn
	open *atomic.Int32
	once sync.Once
}

func (c *countedConnection) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return c.Conn.Close()
}

// queue is a listener of connections that another one has accepted.
type queue struct {
	net.Listener
	connections chan net.Conn
}

func (q *queue) Accept() (net.Conn, error) { return <-q.connections, nil }

func (q *queue) Close() error { return nil }
