package main

import (
	"crypto"
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// filterPEM keeps the blocks of one type. Blank lines at the end are no junk, unlike in the reference.
func filterPEM(kind, input string) (string, error) {
	if start := strings.Index(input, "-----BEGIN"); start > 0 {
		input = input[start:]
	}
	kept := []byte{}
	rest := []byte(input)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if strings.EqualFold(block.Type, kind) {
			kept = append(kept, pem.EncodeToMemory(block)...)
		}
	}
	if len(kept) == 0 && strings.TrimSpace(string(rest)) != "" {
		return "", errors.New("error filtering pem: found junk")
	}
	return string(kept), nil
}

// certSANs lists the alternative names of the first certificate.
func certSANs(input string) ([]string, error) {
	block, _ := pem.Decode([]byte(input))
	if block == nil {
		return nil, errors.New("failed to decode PEM block")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("failed to parse certificate: %w", err)
	}
	var names []string
	names = append(names, certificate.DNSNames...)
	for _, ip := range certificate.IPAddresses {
		names = append(names, ip.String())
	}
	names = append(names, certificate.EmailAddresses...)
	for _, uri := range certificate.URIs {
		names = append(names, uri.String())
	}
	return names, nil
}

// rsaDecrypt decrypts RSA-OAEP with an empty label.
func rsaDecrypt(scheme, hash, ciphertext, keyPEM string) (string, error) {
	if scheme == "None" {
		return ciphertext, nil
	}
	if scheme != "RSA-OAEP" {
		return "", fmt.Errorf("decryption scheme %s is not supported", scheme)
	}
	block, _ := pem.Decode([]byte(keyPEM))
	if block == nil {
		return "", errors.New("failed to decode PEM block")
	}
	parsed, err := anyPrivateKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("could not parse private key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", errors.New("could not parse RSA private key")
	}
	function := map[string]crypto.Hash{"SHA1": crypto.SHA1, "SHA512": crypto.SHA512}[hash]
	if function == 0 {
		function = crypto.SHA256
	}
	plain, err := rsa.DecryptOAEP(function.New(), nil, key, []byte(ciphertext), nil)
	if err != nil {
		return "", fmt.Errorf("error decrypting data with RSA: %w", err)
	}
	return string(plain), nil
}

func anyPrivateKey(der []byte) (any, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("unable to parse private key type")
}
