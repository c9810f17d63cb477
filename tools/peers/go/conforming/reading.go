package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	pb "peers/provider"
)

var features = []string{"get", "map", "findByName", "findByTags", "findByPath", "metadata", "push", "delete", "exists", "batch", "watch", "generate"}

func (s *service) Capabilities(_ context.Context, request *pb.CapabilitiesRequest) (*pb.CapabilitiesResponse, error) {
	if err := s.backend.served(request.GetProviderRef()); err != nil {
		return nil, err
	}
	return &pb.CapabilitiesResponse{
		Capabilities: pb.SecretStoreCapabilities_READ_WRITE,
		Features:     features,
		ProtocolMin:  1,
		ProtocolMax:  1,
	}, nil
}

func (s *service) Validate(_ context.Context, request *pb.ValidateRequest) (*pb.ValidateResponse, error) {
	config, err := s.backend.resolve(request)
	if err != nil {
		return nil, err
	}
	if config.Broken {
		return &pb.ValidateResponse{Error: "the credentials of the config are incomplete"}, nil
	}
	return &pb.ValidateResponse{Valid: true}, nil
}

func (s *service) GetSecret(ctx context.Context, request *pb.GetSecretRequest) (*pb.GetSecretResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	value, err := s.value(ctx, config, request.GetRemoteRef())
	if err != nil {
		return nil, err
	}
	return &pb.GetSecretResponse{Value: value}, nil
}

// value is what a reference stands for: a secret, a property of it, or what is known about it.
func (s *service) value(ctx context.Context, config *config, ref *pb.ExternalSecretDataRemoteRef) ([]byte, error) {
	if ref.GetKey() == "" {
		return nil, failed(invalidRequest, "remote_ref.key is required")
	}
	value, secret, err := s.backend.read(ctx, config, ref.GetKey(), ref.GetVersion())
	if err != nil {
		return nil, err
	}
	if ref.GetMetadataPolicy() == "Fetch" {
		return json.Marshal(map[string]any{"tags": secret.Tags})
	}
	if ref.GetProperty() == "" {
		return value, nil
	}
	for part := range strings.SplitSeq(ref.GetProperty(), ".") {
		object, ok := objectOf(value)
		if !ok || object[part] == nil {
			return nil, failed(propertyNotFound, "the secret has no such property")
		}
		value = plain(object[part])
	}
	return value, nil
}

func (s *service) GetSecretMap(ctx context.Context, request *pb.GetSecretMapRequest) (*pb.GetSecretMapResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	value, err := s.value(ctx, config, request.GetRemoteRef())
	if err != nil {
		return nil, err
	}
	object, ok := objectOf(value)
	if !ok {
		return nil, failed(notAnObject, "the secret is no JSON object")
	}
	secrets := map[string][]byte{}
	for name, member := range object {
		secrets[name] = plain(member)
	}
	return &pb.GetSecretMapResponse{Secrets: secrets}, nil
}

func objectOf(value []byte) (map[string]json.RawMessage, bool) {
	var object map[string]json.RawMessage
	err := json.Unmarshal(value, &object)
	return object, err == nil && object != nil
}

// plain is a text without its quotes, and everything else as it stands.
func plain(member json.RawMessage) []byte {
	var text string
	if json.Unmarshal(member, &text) == nil && !bytes.Equal(member, []byte("null")) {
		return []byte(text)
	}
	return member
}
