package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"peers/ext"
	"peers/generator"
	pb "peers/provider"
)

type (
	batchRequest    = *ext.BatchGetRequest
	batchAnswer     = *ext.BatchGetResponse
	generateRequest = *generator.GenerateRequest
	generateAnswer  = *generator.GenerateResponse
	cleanupRequest  = *generator.CleanupRequest
	cleanupAnswer   = *generator.CleanupResponse
)

// errEndsWell ends a stream as if there were nothing more to tell.
var errEndsWell = errors.New("the stream ends")

var extensionFaults = map[string]func(*backend) *fault{
	// The other way round.
	"batch.1": calls(func(ctx context.Context, request batchRequest, answer next[batchRequest, batchAnswer]) (batchAnswer, error) {
		response, err := answer(ctx, request)
		outcomes := response.GetOutcomes()
		for low, high := 0, len(outcomes)-1; low < high; low, high = low+1, high-1 {
			outcomes[low], outcomes[high] = outcomes[high], outcomes[low]
		}
		return response, err
	}),
	"batch.2": calls(func(ctx context.Context, request batchRequest, answer next[batchRequest, batchAnswer]) (batchAnswer, error) {
		response, err := answer(ctx, request)
		for _, outcome := range response.GetOutcomes() {
			if outcome.GetError() != nil {
				return nil, failed(secretNotFound, "broken on purpose")
			}
		}
		return response, err
	}),
	"batch.3": yields[batchRequest](invalidRequest, &ext.BatchGetResponse{}),
	"batch.4": yields[batchRequest](limitExceeded, &ext.BatchGetResponse{}),

	"watch.1": told(func(first bool, change *ext.WatchResponse) error {
		change.Anything = first
		return nil
	}),
	// The change of another one, and no more.
	"watch.2": told(func(first bool, change *ext.WatchResponse) error {
		if first {
			return nil
		}
		return errEndsWell
	}),

	"generate.1": calls(func(ctx context.Context, request generateRequest, answer next[generateRequest, generateAnswer]) (generateAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil {
			response.State = response.State[1:]
		}
		return response, err
	}),
	"generate.2": func(behind *backend) *fault {
		var cleaned sync.Map
		return calls(func(ctx context.Context, request cleanupRequest, answer next[cleanupRequest, cleanupAnswer]) (cleanupAnswer, error) {
			if _, again := cleaned.LoadOrStore(string(request.GetState()), true); again {
				return nil, failed(secretNotFound, "broken on purpose")
			}
			return answer(ctx, request)
		})(behind)
	},
	"generate.3": says[generateRequest, generateAnswer](configNotFound, secretNotFound),
	"generate.4": calls(func(ctx context.Context, request generateRequest, answer next[generateRequest, generateAnswer]) (generateAnswer, error) {
		changed := clone(request)
		if namespace := changed.GetGeneratorRef().GetNamespace(); namespace != "" {
			changed.SourceNamespace = namespace
		}
		return answer(ctx, changed)
	}),
}

// told changes what a watch tells.
func told(change func(first bool, message *ext.WatchResponse) error) func(*backend) *fault {
	return func(*backend) *fault {
		return &fault{stream: func(_ string, send func(message any) error) func(message any) error {
			first := true
			return func(message any) error {
				if own, ok := message.(*ext.WatchResponse); ok {
					if err := change(first, own); err != nil {
						return err
					}
					first = false
				}
				return send(message)
			}
		}}
	}
}

const (
	slots = 64
	crowd = 100
	few   = 16
	// Calls that come together are there together.
	together = 5 * time.Millisecond
	early    = 100 * time.Millisecond
)

var callFaults = map[string]func(*backend) *fault{
	"limits.1": limits(grpc.MaxRecvMsgSize(5 * mib)),
	"limits.2": limits(grpc.MaxRecvMsgSize(3 * mib)),
	// A part of it.
	"limits.3": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if value := response.GetValue(); len(value) > 3*mib {
			response.Value = value[:3*mib]
		}
		return response, err
	}),
	"limits.4": func(*backend) *fault {
		var streams atomic.Int32
		return &fault{options: []grpc.ServerOption{grpc.ChainStreamInterceptor(
			func(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
				defer streams.Add(-1)
				if streams.Add(1) > slots {
					return status.Error(codes.ResourceExhausted, "broken on purpose")
				}
				return handler(service, stream)
			},
		)}}
	},

	// Just before the deadline, nothing is an answer.
	"cancellation.1": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		deadline, ok := ctx.Deadline()
		if !ok || time.Until(deadline) > time.Second {
			return answer(ctx, request)
		}
		sooner, end := context.WithDeadline(ctx, deadline.Add(-early))
		defer end()
		response, err := answer(sooner, request)
		if is(err, timeout) {
			return &pb.GetSecretResponse{}, nil
		}
		return response, err
	}),
	// What nobody waits for keeps its place until it is done.
	"cancellation.2": func(behind *backend) *fault {
		places := make(chan struct{}, slots)
		return calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
			select {
			case places <- struct{}{}:
			case <-ctx.Done():
				return nil, failed(timeout, "the call did not end in time")
			}
			type outcome struct {
				answer getAnswer
				err    error
			}
			done := make(chan outcome, 1)
			go func() {
				response, err := answer(context.WithoutCancel(ctx), request)
				<-places
				done <- outcome{response, err}
			}()
			select {
			case outcome := <-done:
				return outcome.answer, outcome.err
			case <-ctx.Done():
				return nil, failed(timeout, "the call did not end in time")
			}
		})(behind)
	},
	// After a connection has broken, the next call fails.
	"cancellation.3": func(behind *backend) *fault {
		connections := &underWay{}
		fault := calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
			if connections.broken.Swap(false) {
				return nil, failed(internal, "broken on purpose")
			}
			count := countOf(ctx)
			count.Add(1)
			defer count.Add(-1)
			return answer(ctx, request)
		})(behind)
		fault.options = []grpc.ServerOption{grpc.StatsHandler(connections)}
		return fault
	},

	// In a crowd, one gets the answer of another.
	"concurrency.1": func(behind *backend) *fault {
		var last atomic.Pointer[[]byte]
		fault := calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
			count := countOf(ctx)
			defer count.Add(-1)
			count.Add(1)
			_ = sleep(ctx, together)
			for begun := time.Now(); count.Load() > few && count.Load() <= crowd && time.Since(begun) < time.Second; {
				_ = sleep(ctx, together)
			}
			response, err := answer(ctx, request)
			if err != nil || len(response.GetValue()) > mib {
				return response, err
			}
			if other := last.Swap(&response.Value); other != nil && count.Load() > crowd {
				return &pb.GetSecretResponse{Value: *other}, nil
			}
			return response, err
		})(behind)
		fault.options = []grpc.ServerOption{grpc.StatsHandler(&underWay{})}
		return fault
	},
	"concurrency.3": func(behind *backend) *fault {
		var locks sync.Map
		return calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
			client, _ := peer.FromContext(ctx)
			own, _ := locks.LoadOrStore(client.Addr.String(), make(chan struct{}, 1))
			lock := own.(chan struct{})
			select {
			case lock <- struct{}{}:
			case <-ctx.Done():
				return nil, failed(timeout, "the call did not end in time")
			}
			begun := time.Now()
			response, err := answer(ctx, request)
			// After a slow one, the next one waits until the answer is written.
			if time.Since(begun) > time.Second {
				time.AfterFunc(10*together, func() { <-lock })
			} else {
				<-lock
			}
			return response, err
		})(behind)
	},

	"health.1": calls(func(ctx context.Context, request *healthpb.HealthCheckRequest, answer next[*healthpb.HealthCheckRequest, *healthpb.HealthCheckResponse]) (*healthpb.HealthCheckResponse, error) {
		if request.GetService() == "" {
			return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_NOT_SERVING}, nil
		}
		return answer(ctx, request)
	}),
	"health.2": calls(func(ctx context.Context, request *healthpb.HealthCheckRequest, answer next[*healthpb.HealthCheckRequest, *healthpb.HealthCheckResponse]) (*healthpb.HealthCheckResponse, error) {
		response, err := answer(ctx, request)
		if request.GetService() == generator.GeneratorProvider_ServiceDesc.ServiceName {
			return nil, status.Error(codes.NotFound, "unknown service")
		}
		return response, err
	}),
	"health.3": calls(func(ctx context.Context, request *healthpb.HealthCheckRequest, answer next[*healthpb.HealthCheckRequest, *healthpb.HealthCheckResponse]) (*healthpb.HealthCheckResponse, error) {
		response, err := answer(ctx, request)
		if status.Code(err) == codes.NotFound {
			return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVICE_UNKNOWN}, nil
		}
		return response, err
	}),
	// Another status first.
	"health.4": toldHealth(func(seen *healthpb.HealthCheckResponse, send func(any) error) error {
		if seen.Status == healthpb.HealthCheckResponse_SERVING {
			if err := send(&healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_UNKNOWN}); err != nil {
				return err
			}
		}
		return send(seen)
	}),
	"health.5": toldHealth(func(seen *healthpb.HealthCheckResponse, send func(any) error) error {
		if seen.Status == healthpb.HealthCheckResponse_SERVICE_UNKNOWN {
			return status.Error(codes.NotFound, "unknown service")
		}
		return send(seen)
	}),
}

// toldHealth changes what a watch of health tells.
func toldHealth(tell func(seen *healthpb.HealthCheckResponse, send func(any) error) error) func(*backend) *fault {
	return func(*backend) *fault {
		return &fault{stream: func(_ string, send func(message any) error) func(message any) error {
			return func(message any) error {
				if seen, ok := message.(*healthpb.HealthCheckResponse); ok {
					return tell(seen, send)
				}
				return send(message)
			}
		}}
	}
}

func limits(option grpc.ServerOption) func(*backend) *fault {
	return func(*backend) *fault { return &fault{options: []grpc.ServerOption{option}} }
}

// underWay counts calls by their connection, and sees when one breaks that has some.
type underWay struct{ broken atomic.Bool }

type countKey struct{}

func countOf(ctx context.Context) *atomic.Int32 { return ctx.Value(countKey{}).(*atomic.Int32) }

func (u *underWay) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, countKey{}, &atomic.Int32{})
}

func (u *underWay) HandleConn(ctx context.Context, event stats.ConnStats) {
	if _, ended := event.(*stats.ConnEnd); ended && countOf(ctx).Load() > 0 {
		u.broken.Store(true)
	}
}

func (u *underWay) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (u *underWay) HandleRPC(context.Context, stats.RPCStats) {}
