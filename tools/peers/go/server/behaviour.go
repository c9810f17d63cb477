package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "peers/provider"
)

// behave does what a key says, step by step: `name[:N][,name[:N]…][#tag]`. It returns the value to answer with: the key
// itself, unless a step says otherwise.
func (p *provider) behave(ctx context.Context, key string) ([]byte, error) {
	defer p.counters.begin(ctx, key)()
	value := []byte(key)
	steps, _, _ := strings.Cut(key, "#")
	for step := range strings.SplitSeq(steps, ",") {
		name, argument, _ := strings.Cut(step, ":")
		number, _ := strconv.Atoi(argument)
		switch name {
		case "size":
			value = bytes.Repeat([]byte{'x'}, number)
		case "sleep":
			if err := sleep(ctx, time.Duration(number)*time.Millisecond); err != nil {
				return nil, err
			}
		case "code":
			return nil, status.Error(codes.Code(number), step)
		case "bigmsg":
			return nil, status.Error(codes.Unknown, strings.Repeat("m", number))
		case "bigdetail":
			return nil, withDetail(number)
		case "manytrailers":
			if err := grpc.SetTrailer(ctx, trailers(number)); err != nil {
				return nil, err
			}
		case "gzip":
			if err := compress(ctx); err != nil {
				return nil, err
			}
		case "goaway":
			p.process.goAway()
		case "restart":
			if !p.process.restart() {
				return nil, status.Error(codes.Unavailable, "restarted a moment ago")
			}
			<-ctx.Done() // the connection is cut
			return nil, ctx.Err()
		case "age":
			p.process.limitAge(time.Duration(number) * time.Millisecond)
		}
	}
	return value, nil
}

func sleep(ctx context.Context, wanted time.Duration) error {
	select {
	case <-time.After(wanted):
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}

func withDetail(size int) error {
	failure := status.New(codes.Unknown, "big detail")
	with, err := failure.WithDetails(&pb.Error{Code: "BIG", Message: strings.Repeat("d", size)})
	if err != nil {
		return err
	}
	return with.Err()
}

func trailers(count int) metadata.MD {
	trailers := metadata.MD{}
	for index := range count {
		trailers.Set(fmt.Sprintf("x-peer-%d", index), "v")
	}
	return trailers
}

// compress makes the answer a compressed one whatever the client has announced; grpc.SetSendCompressor would refuse.
func compress(ctx context.Context) error {
	stream, ok := grpc.ServerTransportStreamFromContext(ctx).(interface{ SetSendCompress(string) error })
	if !ok {
		return status.Error(codes.Internal, "this version of grpc-go lets nobody choose the compression")
	}
	return stream.SetSendCompress("gzip")
}
