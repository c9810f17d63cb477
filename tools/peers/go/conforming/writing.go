package main

import (
	"context"
	"encoding/json"

	pb "peers/provider"
)

func (s *service) PushSecret(_ context.Context, request *pb.PushSecretRequest) (*pb.PushSecretResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	push := request.GetPushSecretData()
	if push.GetRemoteKey() == "" {
		return nil, failed(invalidRequest, "push_secret_data.remote_key is required")
	}
	value, err := pushed(request)
	if err != nil {
		return nil, err
	}
	return &pb.PushSecretResponse{}, s.backend.write(config, push.GetRemoteKey(), func(before []byte) ([]byte, error) {
		if push.GetProperty() == "" {
			return value, nil
		}
		object, ok := objectOf(before)
		if !ok {
			if len(before) > 0 {
				return nil, failed(notAnObject, "the secret is no JSON object")
			}
			object = map[string]json.RawMessage{}
		}
		member, err := json.Marshal(string(value))
		if err != nil {
			return nil, err
		}
		object[push.GetProperty()] = member
		return json.Marshal(object)
	})
}

// pushed is the value that is named, or all of them as one object.
func pushed(request *pb.PushSecretRequest) ([]byte, error) {
	key := request.GetPushSecretData().GetSecretKey()
	if key != "" {
		value, ok := request.GetSecretData()[key]
		if !ok {
			return nil, failed(invalidRequest, "push_secret_data.secret_key names nothing")
		}
		return value, nil
	}
	object := map[string]string{}
	for name, value := range request.GetSecretData() {
		object[name] = string(value)
	}
	return json.Marshal(object)
}

func (s *service) DeleteSecret(_ context.Context, request *pb.DeleteSecretRequest) (*pb.DeleteSecretResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	key := request.GetRemoteRef().GetRemoteKey()
	if key == "" {
		return nil, failed(invalidRequest, "remote_ref.remote_key is required")
	}
	return &pb.DeleteSecretResponse{}, s.backend.remove(config, key, request.GetRemoteRef().GetProperty())
}

func (s *service) SecretExists(ctx context.Context, request *pb.SecretExistsRequest) (*pb.SecretExistsResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	ref := &pb.ExternalSecretDataRemoteRef{Key: request.GetRemoteRef().GetRemoteKey(), Property: request.GetRemoteRef().GetProperty()}
	_, err = s.value(ctx, config, ref)
	if is(err, secretNotFound) || is(err, propertyNotFound) {
		return &pb.SecretExistsResponse{}, nil
	}
	return &pb.SecretExistsResponse{Exists: err == nil}, err
}
