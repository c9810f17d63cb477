package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "peers/provider"
	"strings"
)

type (
	capabilitiesRequest = *pb.CapabilitiesRequest
	capabilitiesAnswer  = *pb.CapabilitiesResponse
	validateRequest     = *pb.ValidateRequest
	validateAnswer      = *pb.ValidateResponse
)

var storeFaults = map[string]func(*backend) *fault{
	"capabilities.1": calls(func(ctx context.Context, request capabilitiesRequest, answer next[capabilitiesRequest, capabilitiesAnswer]) (capabilitiesAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil {
			response.Capabilities = pb.SecretStoreCapabilities_READ_ONLY
		}
		return response, err
	}),
	"capabilities.2": calls(func(ctx context.Context, request capabilitiesRequest, answer next[capabilitiesRequest, capabilitiesAnswer]) (capabilitiesAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil {
			response.ProtocolMin, response.ProtocolMax = 2, 3
		}
		return response, err
	}),
	// Tags are claimed, and not implemented where they find nothing.
	"capabilities.3": calls(func(ctx context.Context, request allRequest, answer next[allRequest, allAnswer]) (allAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && len(response.Secrets) == 0 && len(request.GetFind().GetTags()) > 0 {
			return nil, failed(unsupported, "broken on purpose")
		}
		return response, err
	}),

	"validate.1": callsOf(func(ctx context.Context, request validateRequest, answer next[validateRequest, validateAnswer], _ *backend) (validateAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && request.GetSourceNamespace() != "" {
			return &pb.ValidateResponse{Error: "broken on purpose"}, nil
		}
		return response, err
	}),
	"validate.2": calls(func(ctx context.Context, request validateRequest, answer next[validateRequest, validateAnswer]) (validateAnswer, error) {
		_, err := answer(ctx, request)
		return &pb.ValidateResponse{Valid: true}, err
	}),
	"validate.3": yields[validateRequest](storeNotFound, &pb.ValidateResponse{}),
	"validate.4": calls(func(ctx context.Context, request validateRequest, answer next[validateRequest, validateAnswer]) (validateAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && request.GetSourceNamespace() == "" {
			return nil, failed(invalidRequest, "broken on purpose")
		}
		return response, err
	}),

	"namespaces.1": asks(func(ref *pb.ProviderReference, source string) string {
		if ref.GetStoreRefKind() == "Provider" && ref.GetNamespace() != "" {
			return ref.GetNamespace()
		}
		return source
	}),
	"namespaces.2": func(behind *backend) *fault {
		return asks(func(ref *pb.ProviderReference, source string) string {
			if ref.GetStoreRefKind() == "Provider" && source == "" {
				return behind.world.Configs[0].Namespace
			}
			return source
		})(behind)
	},
	"namespaces.3": asks(func(ref *pb.ProviderReference, source string) string {
		if ref.GetStoreRefKind() == "" && ref.GetNamespace() != "" {
			return ref.GetNamespace()
		}
		return source
	}),
	"namespaces.4": asks(func(ref *pb.ProviderReference, source string) string {
		if _, _, err := storeKind(ref); err != nil {
			ref.StoreRefKind = "Provider"
		}
		return source
	}),
	"namespaces.5": asks(func(ref *pb.ProviderReference, source string) string {
		ref.AuthNamespace = nil
		return source
	}),
	"namespaces.6": calls(func(ctx context.Context, request validateRequest, answer next[validateRequest, validateAnswer]) (validateAnswer, error) {
		if request.GetProviderRef() == nil {
			return &pb.ValidateResponse{Valid: true}, nil
		}
		return answer(ctx, request)
	}),
	// A kind that is not served is an absent secret.
	"namespaces.7": func(behind *backend) *fault {
		return &fault{unary: func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			answer, err := handler(ctx, message)
			if is(err, unsupported) {
				return nil, failed(secretNotFound, "broken on purpose")
			}
			return answer, err
		}}
	},
	// What the store says is not looked at.
	"namespaces.8": asks(func(ref *pb.ProviderReference, source string) string {
		ref.StoreName = nil
		return source
	}),

	"versions.1": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		response, err := answer(ctx, request)
		if err == nil && request.GetProviderRef().StoreName == nil {
			return &pb.GetSecretResponse{}, nil
		}
		return response, err
	}),
	"versions.2": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		if len(request.GetRemoteRef().ProtoReflect().GetUnknown()) > 0 {
			return nil, failed(invalidRequest, "broken on purpose")
		}
		return answer(ctx, request)
	}),
	"versions.3": func(*backend) *fault {
		return &fault{options: []grpc.ServerOption{grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error {
			return status.Error(codes.NotFound, "broken on purpose")
		})}}
	},
	"versions.4": calls(func(ctx context.Context, request getRequest, answer next[getRequest, getAnswer]) (getAnswer, error) {
		headers, _ := metadata.FromIncomingContext(ctx)
		for name := range headers {
			if strings.HasPrefix(name, "eso-") {
				return nil, failed(invalidRequest, "broken on purpose")
			}
		}
		return answer(ctx, request)
	}),
}

var wordFaults = map[string]func(*backend) *fault{
	"words.1": worded(func(detail *pb.Error, _ []byte) *pb.Error { return nil }),
	"words.2": worded(func(detail *pb.Error, _ []byte) *pb.Error {
		detail.Message = strings.Repeat(detail.Message, 100)
		return detail
	}),
	"words.3": worded(func(detail *pb.Error, value []byte) *pb.Error {
		detail.Message = "no object: " + string(value)
		return detail
	}),
	"words.4": worded(func(detail *pb.Error, _ []byte) *pb.Error {
		detail.Details = nil
		return detail
	}),
	"words.5": worded(func(detail *pb.Error, _ []byte) *pb.Error {
		detail.Retryable = true
		return detail
	}),
}

// worded says it in other words that a secret is no object; without a detail where it returns none.
func worded(change func(detail *pb.Error, value []byte) *pb.Error) func(*backend) *fault {
	return callsOf(func(ctx context.Context, request mapRequest, answer next[mapRequest, mapAnswer], behind *backend) (mapAnswer, error) {
		response, err := answer(ctx, request)
		if !is(err, notAnObject) {
			return response, err
		}
		config, _ := behind.usable(request)
		value, _, _ := behind.read(ctx, config, request.GetRemoteRef().GetKey(), "")
		if changed := change(detail(err), value); changed != nil {
			return nil, withDetail(notAnObject.status, changed)
		}
		return nil, status.Error(notAnObject.status, "the secret is no JSON object")
	})
}
