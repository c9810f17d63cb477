package main

import (
	"context"
	"crypto/tls"

	"google.golang.org/grpc"
)

// What the suite itself has open, and some more.
const mostConnections = 10

var connectionFaults = map[string]func(*backend) *fault{
	"authentication.1": func(*backend) *fault {
		return &fault{
			lax: func(config *tls.Config, uri string) {
				config.ClientAuth = tls.VerifyClientCertIfGiven
				config.VerifyConnection = verifyURI(uri)
			},
			admitted: func(method string, state tls.ConnectionState, _ string) bool {
				return len(state.PeerCertificates) > 0 || !isHealth(method)
			},
		}
	},
	"authentication.2": func(*backend) *fault {
		return &fault{
			lax: func(config *tls.Config, _ string) { config.VerifyConnection = nil },
			admitted: func(method string, state tls.ConnectionState, uri string) bool {
				return names(state, uri) || !isHealth(method)
			},
		}
	},
	"authentication.3": func(*backend) *fault {
		return &fault{lax: func(config *tls.Config, _ string) { config.ClientAuth = tls.RequireAnyClientCert }}
	},
	"authentication.4": func(*backend) *fault { return &fault{minVersion: tls.VersionTLS12} },
	"authentication.5": func(*backend) *fault {
		return &fault{
			lax: func(config *tls.Config, _ string) { config.VerifyConnection = nil },
			admitted: func(method string, state tls.ConnectionState, uri string) bool {
				return names(state, uri) || isHealth(method)
			},
		}
	},
	"authentication.6": func(*backend) *fault { return &fault{plaintext: true} },
	"concurrency.2":    func(*backend) *fault { return &fault{mostConnections: mostConnections} },

	"reload.1": func(*backend) *fault { return &fault{stale: true} },
	// The first call after new certificates fails.
	"reload.2": func(*backend) *fault {
		own := &fault{}
		own.unary = func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if own.reloaded.Swap(false) {
				return nil, failed(backendUnavailable, "broken on purpose")
			}
			return handler(ctx, request)
		}
		return own
	},

	"shutdown.1": func(*backend) *fault { return &fault{quiet: true} },
	"shutdown.2": func(*backend) *fault { return &fault{hasty: true} },
	"shutdown.3": func(*backend) *fault { return &fault{abrupt: true} },
	"shutdown.4": func(*backend) *fault { return &fault{lasting: true} },
}
