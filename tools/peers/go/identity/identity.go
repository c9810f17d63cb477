// Package identity reads the certificates that cert-manager-controller issues: tls.crt, tls.key and ca.crt in a
// directory that a kubelet replaces as a whole.
package identity

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
)

// Files are the contents of the directory.
type Files struct {
	Certificate tls.Certificate
	Authorities *x509.CertPool
	// Stamp changes with the content of tls.crt and ca.crt.
	Stamp string
}

// Read reads the directory.
func Read(dir string) (*Files, error) {
	certificate, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(filepath.Join(dir, "tls.key"))
	if err != nil {
		return nil, err
	}
	authorities, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("tls.crt and tls.key in %s: %w", dir, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authorities) {
		return nil, fmt.Errorf("no certificate in %s", filepath.Join(dir, "ca.crt"))
	}
	return &Files{Certificate: pair, Authorities: pool, Stamp: string(certificate) + string(authorities)}, nil
}

// ServerConfig reads the directory anew for each handshake, so that a renewed certificate needs no restart. Only a client
// whose certificate has this URI is let in.
func ServerConfig(dir, clientURI string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			files, err := Read(dir)
			if err != nil {
				return nil, err
			}
			return &tls.Config{
				MinVersion:             tls.VersionTLS13,
				NextProtos:             []string{"h2"},
				Certificates:           []tls.Certificate{files.Certificate},
				ClientAuth:             tls.RequireAndVerifyClientCert,
				ClientCAs:              files.Authorities,
				VerifyConnection:       func(state tls.ConnectionState) error { return hasURI(state, clientURI) },
				SessionTicketsDisabled: true,
			}, nil
		},
	}
}

// ClientConfig shows the certificate and accepts a server of that name only.
func ClientConfig(files *Files, serverName string) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{files.Certificate},
		RootCAs:      files.Authorities,
		ServerName:   serverName,
	}
}

func hasURI(state tls.ConnectionState, wanted string) error {
	for _, uri := range state.PeerCertificates[0].URIs {
		if uri.String() == wanted {
			return nil
		}
	}
	return fmt.Errorf("the client is not %s", wanted)
}
