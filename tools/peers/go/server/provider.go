package main

import (
	"context"

	pb "peers/provider"
)

// provider answers every call that has a key by what the key says, and everything else with yes.
type provider struct {
	pb.UnimplementedSecretStoreProviderServer
	counters *counters
	process  *supervisor
}

func (p *provider) GetSecret(ctx context.Context, request *pb.GetSecretRequest) (*pb.GetSecretResponse, error) {
	value, err := p.behave(ctx, request.GetRemoteRef().GetKey())
	return &pb.GetSecretResponse{Value: value}, err
}

func (p *provider) GetSecretMap(ctx context.Context, request *pb.GetSecretMapRequest) (*pb.GetSecretMapResponse, error) {
	value, err := p.behave(ctx, request.GetRemoteRef().GetKey())
	return &pb.GetSecretMapResponse{Secrets: map[string][]byte{"value": value}}, err
}

func (p *provider) GetAllSecrets(ctx context.Context, request *pb.GetAllSecretsRequest) (*pb.GetAllSecretsResponse, error) {
	value, err := p.behave(ctx, request.GetFind().GetPath())
	return &pb.GetAllSecretsResponse{Secrets: map[string][]byte{"value": value}}, err
}

func (p *provider) PushSecret(ctx context.Context, request *pb.PushSecretRequest) (*pb.PushSecretResponse, error) {
	_, err := p.behave(ctx, request.GetPushSecretData().GetRemoteKey())
	return &pb.PushSecretResponse{}, err
}

func (p *provider) DeleteSecret(ctx context.Context, request *pb.DeleteSecretRequest) (*pb.DeleteSecretResponse, error) {
	_, err := p.behave(ctx, request.GetRemoteRef().GetRemoteKey())
	return &pb.DeleteSecretResponse{}, err
}

func (p *provider) SecretExists(ctx context.Context, request *pb.SecretExistsRequest) (*pb.SecretExistsResponse, error) {
	_, err := p.behave(ctx, request.GetRemoteRef().GetRemoteKey())
	return &pb.SecretExistsResponse{Exists: true}, err
}

func (p *provider) Validate(context.Context, *pb.ValidateRequest) (*pb.ValidateResponse, error) {
	return &pb.ValidateResponse{Valid: true}, nil
}

func (p *provider) Capabilities(context.Context, *pb.CapabilitiesRequest) (*pb.CapabilitiesResponse, error) {
	return &pb.CapabilitiesResponse{Capabilities: pb.SecretStoreCapabilities_READ_WRITE}, nil
}
