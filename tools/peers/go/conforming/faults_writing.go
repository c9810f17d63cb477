package main

import (
	"context"

	pb "peers/provider"
)

type (
	pushRequest   = *pb.PushSecretRequest
	pushAnswer    = *pb.PushSecretResponse
	deleteRequest = *pb.DeleteSecretRequest
	deleteAnswer  = *pb.DeleteSecretResponse
	existsRequest = *pb.SecretExistsRequest
	existsAnswer  = *pb.SecretExistsResponse
)

var writingFaults = map[string]func(*backend) *fault{
	// What is made anew loses its last byte.
	"push.1": callsOf(func(ctx context.Context, request pushRequest, answer next[pushRequest, pushAnswer], behind *backend) (pushAnswer, error) {
		if behind.has(request, request.GetPushSecretData().GetRemoteKey()) || request.GetPushSecretData().GetProperty() != "" {
			return answer(ctx, request)
		}
		return answer(ctx, changedData(request, func(value []byte) []byte { return value[:len(value)-1] }))
	}),
	// What is replaced is appended to.
	"push.2": callsOf(func(ctx context.Context, request pushRequest, answer next[pushRequest, pushAnswer], behind *backend) (pushAnswer, error) {
		if !behind.has(request, request.GetPushSecretData().GetRemoteKey()) || request.GetPushSecretData().GetProperty() != "" {
			return answer(ctx, request)
		}
		return answer(ctx, changedData(request, func(value []byte) []byte { return append(value, '+') }))
	}),
	// Somebody else's is written over.
	"push.3": callsOf(func(ctx context.Context, request pushRequest, answer next[pushRequest, pushAnswer], behind *backend) (pushAnswer, error) {
		defer behind.seize(request, request.GetPushSecretData().GetRemoteKey())()
		return answer(ctx, request)
	}),
	// Other properties go.
	"push.4": callsOf(func(ctx context.Context, request pushRequest, answer next[pushRequest, pushAnswer], behind *backend) (pushAnswer, error) {
		if config, err := behind.usable(request); err == nil && request.GetPushSecretData().GetProperty() != "" {
			_ = behind.remove(config, request.GetPushSecretData().GetRemoteKey(), "")
		}
		return answer(ctx, request)
	}),
	// One of the keys only.
	"push.5": calls(func(ctx context.Context, request pushRequest, answer next[pushRequest, pushAnswer]) (pushAnswer, error) {
		changed := clone(request)
		for key := range changed.GetSecretData() {
			if changed.GetPushSecretData().GetSecretKey() == "" && len(changed.SecretData) > 1 {
				delete(changed.SecretData, key)
			}
		}
		return answer(ctx, changed)
	}),
	"push.6": yields[pushRequest](invalidRequest, &pb.PushSecretResponse{}),
	"push.7": says[pushRequest, pushAnswer](storeNotFound, secretNotFound),

	"exists.1": calls(func(ctx context.Context, request existsRequest, answer next[existsRequest, existsAnswer]) (existsAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil {
			response.Exists = false
		}
		return response, err
	}),
	"exists.2": calls(func(ctx context.Context, request existsRequest, answer next[existsRequest, existsAnswer]) (existsAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && !response.Exists {
			return nil, failed(secretNotFound, "broken on purpose")
		}
		return response, err
	}),
	"exists.3": yields[existsRequest](accessDenied, &pb.SecretExistsResponse{}),
	"exists.4": yields[existsRequest](invalidRequest, &pb.SecretExistsResponse{}),

	// Nothing is removed.
	"delete.1": calls(func(ctx context.Context, request deleteRequest, answer next[deleteRequest, deleteAnswer]) (deleteAnswer, error) {
		changed := clone(request)
		if changed.GetRemoteRef().GetRemoteKey() != "" {
			changed.RemoteRef.RemoteKey = "another"
		}
		return answer(ctx, changed)
	}),
	"delete.2": callsOf(func(ctx context.Context, request deleteRequest, answer next[deleteRequest, deleteAnswer], behind *backend) (deleteAnswer, error) {
		there := behind.has(request, request.GetRemoteRef().GetRemoteKey())
		response, err := answer(ctx, request)
		if err == nil && !there {
			return nil, failed(secretNotFound, "broken on purpose")
		}
		return response, err
	}),
	// Somebody else's is removed.
	"delete.3": callsOf(func(ctx context.Context, request deleteRequest, answer next[deleteRequest, deleteAnswer], behind *backend) (deleteAnswer, error) {
		defer behind.seize(request, request.GetRemoteRef().GetRemoteKey())()
		return answer(ctx, request)
	}),
	"delete.4": yields[deleteRequest](invalidRequest, &pb.DeleteSecretResponse{}),
}

func changedData(request pushRequest, change func([]byte) []byte) pushRequest {
	changed := clone(request)
	for key, value := range changed.GetSecretData() {
		if len(value) > 0 && changed.GetPushSecretData().GetSecretKey() == key {
			changed.SecretData[key] = change(value)
		}
	}
	return changed
}

// has says whether a secret is there that the request may reach.
func (b *backend) has(request request, key string) bool {
	config, err := b.usable(request)
	return err == nil && b.find(config, key) != nil
}

// seize makes what somebody else has made the provider's own, until it is given back.
func (b *backend) seize(request request, key string) func() {
	config, err := b.usable(request)
	if err != nil {
		return func() {}
	}
	found := b.find(config, key)
	if found == nil {
		return func() {}
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	before := found.Managed
	found.Managed = true
	return func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		found.Managed = before
	}
}
