package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"sync"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"peers/identity"
)

// tlsConfig reads the directory anew for each handshake, and lets in the one client whose certificate has the URI.
func (s *server) tlsConfig() *tls.Config {
	own := identity.ServerConfig(s.certDir, s.clientURI)
	read := own.GetConfigForClient
	var mutex sync.Mutex
	var stamp string
	var first *tls.Config
	own.MinVersion = s.fault.minVersion
	own.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		config, err := read(hello)
		if err != nil {
			return nil, err
		}
		mutex.Lock()
		defer mutex.Unlock()
		if s.fault.stale {
			if first == nil {
				first = config
			}
			config = first
		}
		if seen := string(config.Certificates[0].Certificate[0]); seen != stamp {
			s.fault.reloaded.Store(stamp != "")
			stamp = seen
		}
		config.MinVersion = s.fault.minVersion
		if s.fault.lax != nil {
			s.fault.lax(config, s.clientURI)
		}
		return config, nil
	}
	return own
}

// names says whether the client's certificate, accepted or not, has the URI.
func names(state tls.ConnectionState, uri string) bool {
	if len(state.PeerCertificates) == 0 {
		return false
	}
	for _, own := range state.PeerCertificates[0].URIs {
		if own.String() == uri {
			return true
		}
	}
	return false
}

func verifyURI(uri string) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 || names(state, uri) {
			return nil
		}
		return fmt.Errorf("the client is not %s", uri)
	}
}

func stateOf(ctx context.Context) tls.ConnectionState {
	if client, ok := peer.FromContext(ctx); ok {
		if info, ok := client.AuthInfo.(credentials.TLSInfo); ok {
			return info.State
		}
	}
	return tls.ConnectionState{}
}

func isHealth(method string) bool { return strings.HasPrefix(method, "/grpc.health.v1.Health/") }
