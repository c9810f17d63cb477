package main

import (
	"context"
	"log"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"peers/ext"
	"peers/generator"
	pb "peers/provider"
)

const (
	mib = 1024 * 1024
	// Time for whoever watches health to be told before connections are asked to go.
	drainDelay = 200 * time.Millisecond
	// What calls under way may take then.
	patience = 20 * time.Second
)

type serverOptions struct {
	listener  net.Listener
	certDir   string
	clientURI string
	backend   *backend
	fault     *fault
}

// server is the process as a whole: what it serves, and how it ends.
type server struct {
	serverOptions
	grpc   *grpc.Server
	health *health.Server
	// Ends streams, which would last for ever.
	closing context.Context
	close   func()
}

func newServer(options serverOptions) *server {
	s := &server{serverOptions: options, health: health.NewServer()}
	for _, name := range []string{pb.SecretStoreProvider_ServiceDesc.ServiceName, generator.GeneratorProvider_ServiceDesc.ServiceName} {
		s.health.SetServingStatus(name, healthpb.HealthCheckResponse_SERVING)
	}
	s.closing, s.close = context.WithCancel(context.Background())
	s.grpc = s.build(credentials.NewTLS(s.tlsConfig()))
	return s
}

func (s *server) start() {
	door := &door{Listener: s.listener, fault: s.fault}
	if s.fault.plaintext {
		door.plain = &queue{Listener: s.listener, connections: make(chan net.Conn)}
		go serve(s.build(insecure.NewCredentials()), door.plain)
	}
	go serve(s.grpc, door)
}

func serve(server *grpc.Server, listener net.Listener) {
	if err := server.Serve(listener); err != nil {
		log.Printf("server ended: %v", err)
	}
}

// stop says that it goes, lets calls under way end, asks connections to go, and takes no new one.
func (s *server) stop() {
	if !s.fault.quiet {
		s.health.Shutdown()
	}
	time.Sleep(drainDelay)
	if s.fault.lasting {
		s.goOn()
	}
	if s.fault.abrupt {
		s.fault.calls.Wait()
		time.Sleep(drainDelay) // their answers are written
		s.grpc.Stop()
		return
	}
	ended := make(chan struct{})
	go func() {
		s.grpc.GracefulStop()
		close(ended)
	}()
	s.close()
	limit := patience
	if s.fault.hasty {
		limit = drainDelay
	}
	select {
	case <-ended:
	case <-time.After(limit):
		s.grpc.Stop()
	}
	if s.fault.lasting {
		select {}
	}
}

// goOn serves new connections as if nothing had been said.
func (s *server) goOn() {
	file, err := s.listener.(*net.TCPListener).File()
	if err != nil {
		log.Fatal(err)
	}
	again, err := net.FileListener(file)
	if err != nil {
		log.Fatal(err)
	}
	go serve(s.build(credentials.NewTLS(s.tlsConfig())), again)
}

func (s *server) build(credentials credentials.TransportCredentials) *grpc.Server {
	options := []grpc.ServerOption{
		grpc.Creds(credentials),
		// Clients that ping a connection before they use it again are let do so.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Millisecond, PermitWithoutStream: true}),
		grpc.MaxRecvMsgSize(4 * mib),
		grpc.MaxSendMsgSize(4 * mib),
		grpc.ChainUnaryInterceptor(s.admitted, s.fault.bent),
		grpc.ChainStreamInterceptor(s.admittedStream, s.fault.bentStream),
	}
	server := grpc.NewServer(append(options, s.fault.options...)...)
	store := &service{backend: s.backend}
	pb.RegisterSecretStoreProviderServer(server, store)
	ext.RegisterStoreExtensionServiceServer(server, &extension{store: store})
	generator.RegisterGeneratorProviderServer(server, &generators{world: s.backend.world})
	healthpb.RegisterHealthServer(server, s.health)
	return server
}

// admitted refuses who was let in by a broken handshake only.
func (s *server) admitted(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if !s.fault.admits(ctx, info.FullMethod, s.clientURI) {
		return nil, status.Error(codes.Unauthenticated, "the certificate is not accepted")
	}
	s.fault.calls.Add(1)
	defer s.fault.calls.Done()
	return handler(ctx, request)
}

func (s *server) admittedStream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if !s.fault.admits(stream.Context(), info.FullMethod, s.clientURI) {
		return status.Error(codes.Unauthenticated, "the certificate is not accepted")
	}
	ctx, end := context.WithCancel(stream.Context())
	defer end()
	defer context.AfterFunc(s.closing, end)()
	return handler(service, &bentStream{ServerStream: stream, ctx: ctx, send: stream.SendMsg})
}

// bentStream has another context, or sends something else.
type bentStream struct {
	grpc.ServerStream
	ctx  context.Context
	send func(message any) error
}

func (s *bentStream) Context() context.Context { return s.ctx }

func (s *bentStream) SendMsg(message any) error { return s.send(message) }
