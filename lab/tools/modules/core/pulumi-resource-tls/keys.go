package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

	"isthmus.lab/tools/core/provider"
)

var (
	algorithms = []string{"ECDSA", "ED25519", "RSA"}
	curves     = map[string]elliptic.Curve{
		"P224": elliptic.P224(), "P256": elliptic.P256(), "P384": elliptic.P384(), "P521": elliptic.P521(),
	}
	curveNames = []string{"P224", "P256", "P384", "P521"}
)

// generateKey makes a new private key. rsaBits counts for RSA alone, curve for ECDSA alone.
func generateKey(algorithm string, rsaBits int, curve string) (crypto.Signer, error) {
	switch algorithm {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case "ECDSA":
		known, ok := curves[curve]
		if !ok {
			return nil, fmt.Errorf("unknown curve %q; known are %s", curve, strings.Join(curveNames, ", "))
		}
		return ecdsa.GenerateKey(known, rand.Reader)
	case "ED25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	default:
		return nil, fmt.Errorf("unknown key algorithm %q; known are %s", algorithm, strings.Join(algorithms, ", "))
	}
}

// parseKey reads a private key in any of the forms that PrivateKey gives, OpenSSH's aside, and names its algorithm.
// Its errors never carry a part of the key.
func parseKey(text string) (crypto.Signer, string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "", errors.New("no PEM block found where a private key is expected")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, "", fmt.Errorf("a PEM block of type %q where a private key is expected", block.Type)
	}
	if err != nil {
		return nil, "", fmt.Errorf("the PEM block of type %q holds no private key that can be read", block.Type)
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, "RSA", nil
	case *ecdsa.PrivateKey:
		return key, "ECDSA", nil
	case ed25519.PrivateKey:
		return key, "ED25519", nil
	default:
		return nil, "", fmt.Errorf("a private key of type %T is not supported", key)
	}
}

// keyOutputs is all that the resource PrivateKey tells about a key, and its id.
func keyOutputs(key crypto.Signer) (string, provider.Map, error) {
	traditional, err := traditionalPEM(key)
	if err != nil {
		return "", nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", nil, err
	}
	outputs := provider.Map{
		"privateKeyPem":              traditional,
		"privateKeyPemPkcs8":         encodePEM("PRIVATE KEY", pkcs8),
		"privateKeyOpenssh":          "",
		"publicKeyPem":               encodePEM("PUBLIC KEY", public),
		"publicKeyOpenssh":           "",
		"publicKeyFingerprintMd5":    "",
		"publicKeyFingerprintSha256": "",
	}
	if err := addOpenSSH(outputs, key); err != nil {
		return "", nil, err
	}
	return digest(public), outputs, nil
}

// OpenSSH has no P-224: its outputs stay empty then.
func addOpenSSH(outputs provider.Map, key crypto.Signer) error {
	if elliptical, ok := key.(*ecdsa.PrivateKey); ok && elliptical.Curve == elliptic.P224() {
		return nil
	}
	private, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return err
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return err
	}
	outputs["privateKeyOpenssh"] = string(pem.EncodeToMemory(private))
	outputs["publicKeyOpenssh"] = string(ssh.MarshalAuthorizedKey(public))
	outputs["publicKeyFingerprintMd5"] = ssh.FingerprintLegacyMD5(public)
	outputs["publicKeyFingerprintSha256"] = ssh.FingerprintSHA256(public)
	return nil
}

// The older form where there is one: PKCS#1 for RSA, SEC 1 for ECDSA.
func traditionalPEM(key crypto.Signer) (string, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return encodePEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(key)
		return encodePEM("EC PRIVATE KEY", der), err
	default:
		der, err := x509.MarshalPKCS8PrivateKey(key)
		return encodePEM("PRIVATE KEY", der), err
	}
}

// subjectKeyID is RFC 5280's first method (4.2.1.2): SHA-1 over the key's bits. For Ed25519 the official plugin hashes
// the key as an ASN.1 octet string instead; so does this one.
func subjectKeyID(public crypto.PublicKey) ([]byte, error) {
	var bits []byte
	var err error
	switch public := public.(type) {
	case *rsa.PublicKey:
		bits = x509.MarshalPKCS1PublicKey(public)
	case *ecdsa.PublicKey:
		bits, err = public.Bytes()
	case ed25519.PublicKey:
		bits, err = asn1.Marshal([]byte(public))
	default:
		err = fmt.Errorf("a public key of type %T is not supported", public)
	}
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(bits)
	return sum[:], nil
}

// digest is the id of keys and requests. White space around the bytes does not count: an oddity of the official plugin.
func digest(der []byte) string {
	sum := sha1.Sum([]byte(strings.TrimSpace(string(der))))
	return hex.EncodeToString(sum[:])
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
