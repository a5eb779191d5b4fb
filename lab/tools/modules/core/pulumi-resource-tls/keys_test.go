package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"isthmus.lab/tools/core/provider"
)

func TestPrivateKeyOutputs(t *testing.T) {
	for name, test := range map[string]struct {
		inputs               provider.Map
		kind, openSSH, curve string
	}{
		"RSA":               {provider.Map{"algorithm": "RSA"}, "RSA PRIVATE KEY", "ssh-rsa ", "P224"},
		"ECDSA P224":        {provider.Map{"algorithm": "ECDSA"}, "EC PRIVATE KEY", "", "P224"},
		"ECDSA P256":        {provider.Map{"algorithm": "ECDSA", "ecdsaCurve": "P256"}, "EC PRIVATE KEY", "ecdsa-sha2-nistp256 ", "P256"},
		"ECDSA P384":        {provider.Map{"algorithm": "ECDSA", "ecdsaCurve": "P384"}, "EC PRIVATE KEY", "ecdsa-sha2-nistp384 ", "P384"},
		"ECDSA P521":        {provider.Map{"algorithm": "ECDSA", "ecdsaCurve": "P521"}, "EC PRIVATE KEY", "ecdsa-sha2-nistp521 ", "P521"},
		"ED25519":           {provider.Map{"algorithm": "ED25519"}, "PRIVATE KEY", "ssh-ed25519 ", "P224"},
		"ED25519 and curve": {provider.Map{"algorithm": "ED25519", "ecdsaCurve": "P521"}, "PRIVATE KEY", "ssh-ed25519 ", "P521"},
	} {
		t.Run(name, func(t *testing.T) {
			outputs := produce(t, privateKey, test.inputs)
			checkPEM(t, outputs, "privateKeyPem", test.kind)
			checkPEM(t, outputs, "privateKeyPemPkcs8", "PRIVATE KEY")
			public := checkPEM(t, outputs, "publicKeyPem", "PUBLIC KEY")
			if outputs["id"] != trimmedDigest(public) {
				t.Errorf("id %v is not the digest of the public key %x", outputs["id"], public)
			}
			if outputs["rsaBits"] != 2048.0 || outputs["ecdsaCurve"] != test.curve || outputs["__meta"] != `{"schema_version":"1"}` {
				t.Errorf("rsaBits %v, ecdsaCurve %v, __meta %v", outputs["rsaBits"], outputs["ecdsaCurve"], outputs["__meta"])
			}
			checkOpenSSH(t, outputs, test.openSSH)
		})
	}
}

func trimmedDigest(der []byte) string {
	sum := sha1.Sum(bytes.TrimSpace(der))
	return hex.EncodeToString(sum[:])
}

// One key in some forty ends in a byte that is white space in text: the official plugin leaves it out of the id.
func TestKeyIDLeavesWhiteSpaceOut(t *testing.T) {
	const plain = "2b0c164ff2e81929a82bd9243a9e99f8a6683748"
	for name, tail := range map[string]string{
		"nothing": "", "tab": "\t", "line feed": "\n", "vertical tab": "\v", "form feed": "\f", "carriage return": "\r",
		"space": " ", "several": " \r\n", "next line": "\u0085", "no-break space": "\u00a0",
	} {
		if id := digest([]byte("\x30\x05key" + tail)); id != plain {
			t.Errorf("%s at the end: id %s, want %s", name, id, plain)
		}
	}
	for name, tail := range map[string]string{"zero": "\x00", "half of a next line": "\x85", "half of a no-break space": "\xa0"} {
		if digest([]byte("\x30\x05key"+tail)) == plain {
			t.Errorf("%s at the end was left out", name)
		}
	}
}

func TestKeyIDOfKeyEndingInWhiteSpace(t *testing.T) {
	key := ed25519.NewKeyFromSeed(seedOfKeyEndingIn(t, ' '))
	id, outputs, err := keyOutputs(key)
	if err != nil {
		t.Fatal(err)
	}
	public := checkPEM(t, outputs, "publicKeyPem", "PUBLIC KEY")
	whole := sha1.Sum(public)
	if id != trimmedDigest(public) || id == hex.EncodeToString(whole[:]) {
		t.Errorf("id %s of the public key %x counts the white space at its end", id, public)
	}
}

// The seeds are counted up, so that every run finds the same one.
func seedOfKeyEndingIn(t *testing.T, last byte) []byte {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	for number := range 1 << 16 {
		binary.BigEndian.PutUint32(seed, uint32(number))
		public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
		if public[len(public)-1] == last && public[len(public)-2] > ' ' && public[len(public)-2] < 0x7f {
			return seed
		}
	}
	t.Fatalf("no key ends in %q", last)
	return nil
}

func checkPEM(t *testing.T, outputs provider.Map, name, kind string) []byte {
	t.Helper()
	block, rest := pem.Decode([]byte(stringAt(outputs, name)))
	if block == nil || block.Type != kind || len(rest) > 0 {
		t.Fatalf("%s is not one PEM block of type %s", name, kind)
	}
	if strings.HasPrefix(name, "private") {
		if _, algorithm, err := parseKey(stringAt(outputs, name)); err != nil || algorithm != outputs["algorithm"] {
			t.Errorf("%s reads back as %q, error %v", name, algorithm, err)
		}
	}
	return block.Bytes
}

var fingerprints = map[string]*regexp.Regexp{
	"publicKeyFingerprintMd5":    regexp.MustCompile(`^([0-9a-f]{2}:){15}[0-9a-f]{2}$`),
	"publicKeyFingerprintSha256": regexp.MustCompile(`^SHA256:[A-Za-z0-9+/]{43}$`),
}

func checkOpenSSH(t *testing.T, outputs provider.Map, prefix string) {
	t.Helper()
	if prefix == "" {
		for _, name := range []string{"privateKeyOpenssh", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256"} {
			if outputs[name] != "" {
				t.Errorf("%s is %v; OpenSSH has no such key", name, outputs[name])
			}
		}
		return
	}
	line := stringAt(outputs, "publicKeyOpenssh")
	if !strings.HasPrefix(line, prefix) || !strings.HasSuffix(line, "\n") {
		t.Errorf("publicKeyOpenssh is %q", line)
	}
	signer, err := ssh.ParsePrivateKey([]byte(stringAt(outputs, "privateKeyOpenssh")))
	if err != nil || string(ssh.MarshalAuthorizedKey(signer.PublicKey())) != line {
		t.Errorf("the OpenSSH keys do not belong together (%v)", err)
	}
	for name, form := range fingerprints {
		if !form.MatchString(stringAt(outputs, name)) {
			t.Errorf("%s is %v", name, outputs[name])
		}
	}
}

func TestRSABits(t *testing.T) {
	key, err := generateKey("RSA", 3072, "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := traditionalPEM(key)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(text))
	if bits := len(block.Bytes); bits < 1700 || bits > 1800 {
		t.Errorf("a key of %d bytes is not one of 3072 bits", bits)
	}
}

func TestUnknownAlgorithm(t *testing.T) {
	for _, test := range [][2]string{{"DSA", "P256"}, {"ECDSA", "P192"}} {
		if _, err := generateKey(test[0], 2048, test[1]); err == nil {
			t.Errorf("%v gave a key", test)
		}
	}
}
