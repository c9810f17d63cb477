package main

import (
	"context"
	"regexp"
	"strings"

	pb "peers/provider"
)

func (s *service) GetAllSecrets(_ context.Context, request *pb.GetAllSecretsRequest) (*pb.GetAllSecretsResponse, error) {
	config, err := s.backend.usable(request)
	if err != nil {
		return nil, err
	}
	find := request.GetFind()
	if find == nil || (find.GetName() == nil && find.GetPath() == "" && len(find.GetTags()) == 0) {
		return nil, failed(invalidRequest, "find is required")
	}
	expression, err := regexp.Compile(find.GetName().GetRegexp())
	if err != nil {
		return nil, failed(invalidRegexp, "find.name.regexp is no RE2 expression")
	}
	s.backend.mutex.Lock()
	defer s.backend.mutex.Unlock()
	found := map[string][]byte{}
	for _, secret := range config.Secrets {
		if !expression.MatchString(secret.Key) || !isBelow(find.GetPath(), secret.Key) || !hasAll(find.GetTags(), secret.Tags) {
			continue
		}
		if config.PartialPrefix != "" && strings.HasPrefix(secret.Key, config.PartialPrefix) {
			return nil, failed(backendUnavailable, "the backend has given a part of what was found")
		}
		if secret.Trouble == "" {
			found[secret.Key] = secret.Versions[len(secret.Versions)-1].Value
		}
	}
	return &pb.GetAllSecretsResponse{Secrets: found}, nil
}

func isBelow(path, key string) bool {
	return path == "" || strings.HasPrefix(key, strings.TrimSuffix(path, "/")+"/")
}

func hasAll(wanted, tags map[string]string) bool {
	for name, value := range wanted {
		if own, ok := tags[name]; !ok || own != value {
			return false
		}
	}
	return true
}
