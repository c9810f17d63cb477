package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "peers/provider"
)

// fault is how one rule is broken: what is not said here is as it should be.
type fault struct {
	// What becomes of calls.
	unary  grpc.UnaryServerInterceptor
	stream func(method string, send func(message any) error) func(message any) error
	// After those of the server.
	options []grpc.ServerOption

	// The handshake: who is let in, and which of their methods are answered. Nil: as the handshake decides.
	lax        func(config *tls.Config, uri string)
	admitted   func(method string, state tls.ConnectionState, uri string) bool
	minVersion uint16
	// Whether certificates are read once.
	stale bool
	// Whether calls are answered without TLS as well.
	plaintext bool
	// Connections at once; 0: any number.
	mostConnections int

	// The end: health says nothing; calls under way are cut; connections are cut; connections are taken for ever.
	quiet, hasty, abrupt, lasting bool

	// Seen by the server: whether a new certificate has just been used, and calls that are under way.
	reloaded atomic.Bool
	calls    sync.WaitGroup
}

// faults are all, by the rule that each breaks.
var faults = map[string]func(*backend) *fault{}

func init() {
	for _, more := range []map[string]func(*backend) *fault{
		readingFaults, findFaults, writingFaults, extensionFaults, storeFaults, wordFaults, callFaults, connectionFaults,
	} {
		maps.Copy(faults, more)
	}
}

// faultOf is what breaks the rule; without one, nothing does.
func faultOf(id string, behind *backend) (*fault, error) {
	if id == "" {
		return &fault{minVersion: tls.VersionTLS13}, nil
	}
	make, ok := faults[id]
	if !ok {
		return nil, fmt.Errorf("there is no fault for the rule %s", id)
	}
	fault := make(behind)
	if fault.minVersion == 0 {
		fault.minVersion = tls.VersionTLS13
	}
	return fault, nil
}

func (f *fault) admits(ctx context.Context, method, uri string) bool {
	return f.admitted == nil || f.admitted(method, stateOf(ctx), uri)
}

func (f *fault) bent(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if f.unary == nil {
		return handler(ctx, request)
	}
	return f.unary(ctx, request, info, handler)
}

func (f *fault) bentStream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if f.stream == nil {
		return handler(service, stream)
	}
	err := handler(service, &bentStream{ServerStream: stream, ctx: stream.Context(), send: f.stream(info.FullMethod, stream.SendMsg)})
	if err == errEndsWell {
		return nil
	}
	return err
}

// next answers a request as it should be.
type next[Q, A any] func(ctx context.Context, request Q) (A, error)

// calls breaks a method, which is told by the type of its request.
func calls[Q, A any](bend func(ctx context.Context, request Q, answer next[Q, A]) (A, error)) func(*backend) *fault {
	return callsOf(func(ctx context.Context, request Q, answer next[Q, A], _ *backend) (A, error) {
		return bend(ctx, request, answer)
	})
}

// callsOf breaks a method with something of the backend.
func callsOf[Q, A any](bend func(ctx context.Context, request Q, answer next[Q, A], behind *backend) (A, error)) func(*backend) *fault {
	return func(behind *backend) *fault {
		return &fault{unary: func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			own, ok := request.(Q)
			if !ok {
				return handler(ctx, request)
			}
			answer, err := bend(ctx, own, func(ctx context.Context, request Q) (A, error) {
				answer, err := handler(ctx, request)
				right, _ := answer.(A)
				return right, err
			}, behind)
			if err != nil {
				return nil, err
			}
			return answer, nil
		}}
	}
}

// says answers with another code where this one is right.
func says[Q, A any](right, wrong code) func(*backend) *fault {
	return calls(func(ctx context.Context, request Q, answer next[Q, A]) (A, error) {
		response, err := answer(ctx, request)
		if is(err, right) {
			err = failed(wrong, "broken on purpose")
		}
		return response, err
	})
}

// yields answers where an error with this code is right.
func yields[Q, A any](right code, wrong A) func(*backend) *fault {
	return calls(func(ctx context.Context, request Q, answer next[Q, A]) (A, error) {
		response, err := answer(ctx, request)
		if is(err, right) {
			return wrong, nil
		}
		return response, err
	})
}

// asks takes another request of the store service for the one that was made: its reference, and its source namespace.
func asks(change func(ref *pb.ProviderReference, source string) string) func(*backend) *fault {
	return func(*backend) *fault {
		return &fault{unary: func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			own, ok := message.(request)
			if !ok || own.GetProviderRef() == nil {
				return handler(ctx, message)
			}
			changed := proto.Clone(message.(proto.Message))
			asked := changed.(request)
			source := change(asked.GetProviderRef(), asked.GetSourceNamespace())
			reflected := changed.ProtoReflect()
			reflected.Set(reflected.Descriptor().Fields().ByName("source_namespace"), protoreflect.ValueOfString(source))
			return handler(ctx, changed)
		}}
	}
}

func clone[M proto.Message](message M) M { return proto.Clone(message).(M) }
