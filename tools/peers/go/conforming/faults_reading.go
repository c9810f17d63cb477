package main

import (
	"bytes"
	"context"
	"strings"

	pb "peers/provider"
)

type (
	getRequest = *pb.GetSecretRequest
	getAnswer  = *pb.GetSecretResponse
	mapRequest = *pb.GetSecretMapRequest
	mapAnswer  = *pb.GetSecretMapResponse
	allRequest = *pb.GetAllSecretsRequest
	allAnswer  = *pb.GetAllSecretsResponse
)

var readingFaults = map[string]func(*backend) *fault{
	// Bytes that are no text are replaced.
	"get.1": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil {
			response.Value = bytes.ToValidUTF8(response.Value, []byte("\uFFFD"))
		}
		return response, err
	}),
	"get.2": says[getRequest, getAnswer](secretNotFound, versionNotFound),
	"get.3": says[getRequest, getAnswer](propertyNotFound, secretNotFound),
	// The newest one instead.
	"get.4": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if is(err, versionNotFound) {
			return answer(ctx, changedRef(request, func(ref *pb.ExternalSecretDataRemoteRef) { ref.Version = "" }))
		}
		return response, err
	}),
	"get.5": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && request.GetRemoteRef().GetVersion() != "" {
			return answer(ctx, changedRef(request, func(ref *pb.ExternalSecretDataRemoteRef) { ref.Version = "" }))
		}
		return response, err
	}),
	// Only the first step of the path is gone.
	"get.6": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if first, _, deep := strings.Cut(request.GetRemoteRef().GetProperty(), "."); err == nil && deep {
			return answer(ctx, changedRef(request, func(ref *pb.ExternalSecretDataRemoteRef) { ref.Property = first }))
		}
		return response, err
	}),
	"get.7": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		return answer(ctx, changedRef(request, func(ref *pb.ExternalSecretDataRemoteRef) { ref.MetadataPolicy = "" }))
	}),
	"get.8": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if is(err, invalidRequest) && request.GetRemoteRef().GetKey() == "" {
			return nil, failed(secretNotFound, "broken on purpose")
		}
		return response, err
	}),
	"get.9":  says[getRequest, getAnswer](accessDenied, secretNotFound),
	"get.10": says[getRequest, getAnswer](storeNotFound, secretNotFound),
	"get.11": says[getRequest, getAnswer](backendThrottled, backendUnavailable),
	"get.12": says[getRequest, getAnswer](backendUnavailable, internal),
	"get.13": says[getRequest, getAnswer](internal, secretNotFound),

	// Only texts are passed on.
	"map.1": calls(func(ctx context.Context, request mapRequest, answer next[mapRequest, mapAnswer]) (mapAnswer, error) {
		response, err := answer(ctx, request)
		for name, value := range response.GetSecrets() {
			if strings.Trim(string(value), "0123456789") == "" {
				delete(response.Secrets, name)
			}
		}
		return response, err
	}),
	"map.2": yields[mapRequest](secretNotFound, &pb.GetSecretMapResponse{}),
	"map.3": yields[mapRequest](notAnObject, &pb.GetSecretMapResponse{}),
	"map.4": calls(func(ctx context.Context, request mapRequest, answer next[mapRequest, mapAnswer]) (mapAnswer, error) {
		response, err := answer(ctx, request)
		if is(err, invalidRequest) && request.GetRemoteRef().GetKey() == "" {
			return nil, failed(secretNotFound, "broken on purpose")
		}
		return response, err
	}),
	"map.5": says[mapRequest, mapAnswer](storeNotFound, secretNotFound),
}

func changedRef(request getRequest, change func(*pb.ExternalSecretDataRemoteRef)) getRequest {
	changed := clone(request)
	if changed.GetRemoteRef() != nil {
		change(changed.RemoteRef)
	}
	return changed
}

const page = 2

var findFaults = map[string]func(*backend) *fault{
	// The first page only.
	"find.1": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		response, err := answer(ctx, request)
		for name := range response.GetSecrets() {
			if request.GetFind().GetName() != nil && len(response.Secrets) > page {
				delete(response.Secrets, name)
			}
		}
		return response, err
	}),
	// Any of the tags instead of every one.
	"find.2": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		response, err := answer(ctx, request)
		for name, value := range request.GetFind().GetTags() {
			one := clone(request)
			one.Find.Tags = map[string]string{name: value}
			more, failure := answer(ctx, one)
			if err != nil || failure != nil {
				return nil, err
			}
			for key, value := range more.GetSecrets() {
				response.Secrets[key] = value
			}
		}
		return response, err
	}),
	// Names that begin alike are not below.
	"find.3": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		path := request.GetFind().GetPath()
		if path == "" {
			return answer(ctx, request)
		}
		changed := clone(request)
		changed.Find.Path = ""
		changed.Find.Name = &pb.FindName{Regexp: "^" + path}
		return answer(ctx, changed)
	}),
	"find.4": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && len(response.Secrets) == 0 {
			return nil, failed(secretNotFound, "broken on purpose")
		}
		return response, err
	}),
	"find.5": yields[allRequest](invalidRegexp, &pb.GetAllSecretsResponse{}),
	"find.7": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		if request.GetFind() == nil {
			return &pb.GetAllSecretsResponse{}, nil
		}
		return answer(ctx, request)
	}),
	"find.8": says[allRequest, allAnswer](storeNotFound, secretNotFound),
	"find.9": yields[allRequest](backendUnavailable, &pb.GetAllSecretsResponse{}),
}
