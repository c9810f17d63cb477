package main

import (
	"log"
	"math"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"

	"peers/identity"
	pb "peers/provider"
)

const (
	// The shortest time between two restarts, as a supervisor that backs off would have it.
	restartEvery = time.Second
	// What a connection past its age may still take for its calls in flight.
	ageGrace = 5 * time.Second
)

// supervisor replaces the gRPC server behind a port that stays open, so that a restart takes no time.
type supervisor struct {
	listener   net.Listener
	certDir    string
	clientURI  string
	maxStreams uint32
	provider   *provider

	mutex       sync.Mutex
	server      *grpc.Server
	door        *door
	age         time.Duration
	restartedAt time.Time
}

// start serves whatever connects from now on.
func (s *supervisor) start() {
	s.replace()
	go func() {
		for {
			connection, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.current().admit(connection)
		}
	}()
}

func (s *supervisor) current() *door {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.door
}

// stop lets calls in flight end.
func (s *supervisor) stop() {
	s.listener.Close()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.server.GracefulStop()
}

// goAway tells all clients to connect anew; what is in flight is answered.
func (s *supervisor) goAway() {
	go s.replace().GracefulStop()
}

// restart cuts all connections with what is in flight. It says whether it does: two within a second are one.
func (s *supervisor) restart() bool {
	s.mutex.Lock()
	tooSoon := time.Since(s.restartedAt) < restartEvery
	if !tooSoon {
		s.restartedAt = time.Now()
	}
	s.mutex.Unlock()
	if tooSoon {
		return false
	}
	go s.replace().Stop()
	return true
}

// limitAge ends each connection after this time; 0 ends none. Connections that are there end, since they have another limit.
func (s *supervisor) limitAge(age time.Duration) {
	s.mutex.Lock()
	changed := s.age != age
	s.age = age
	s.mutex.Unlock()
	if changed {
		s.goAway()
	}
}

// replace puts a new server behind the port and returns the one that was there.
func (s *supervisor) replace() *grpc.Server {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	previous := s.server
	s.door = newDoor(s.listener.Addr())
	s.server = s.newServer()
	go func(server *grpc.Server, door *door) {
		if err := server.Serve(door); err != nil {
			log.Printf("server ended: %v", err)
		}
	}(s.server, s.door)
	return previous
}

func (s *supervisor) newServer() *grpc.Server {
	options := []grpc.ServerOption{
		grpc.Creds(credentials.NewTLS(identity.ServerConfig(s.certDir, s.clientURI))),
		// Upstream's cores ping each 10 s, also without calls.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
		grpc.MaxSendMsgSize(math.MaxInt32),
	}
	if s.age > 0 {
		options = append(options, grpc.KeepaliveParams(keepalive.ServerParameters{MaxConnectionAge: s.age, MaxConnectionAgeGrace: ageGrace}))
	}
	if s.maxStreams > 0 {
		options = append(options, grpc.MaxConcurrentStreams(s.maxStreams))
	}
	server := grpc.NewServer(options...)
	pb.RegisterSecretStoreProviderServer(server, s.provider)
	healthpb.RegisterHealthServer(server, health.NewServer())
	return server
}
