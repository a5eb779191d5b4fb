package main

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"isthmus.lab/tools/core/provider"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 123456789, time.UTC)

func ignoreWarning(string) {}

func newKey(t *testing.T, algorithm, curve string) string {
	t.Helper()
	key, err := generateKey(algorithm, 2048, curve)
	if err != nil {
		t.Fatal(err)
	}
	text, err := traditionalPEM(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// produce creates a resource as the server does and gives its outputs.
func produce(t *testing.T, token string, inputs provider.Map) provider.Map {
	t.Helper()
	if problems := resources[token].check(inputs); len(problems) > 0 {
		t.Fatalf("%s: %v", token, problems)
	}
	outputs := resources[token].planned(inputs)
	id, computed, err := resources[token].create(outputs, noon, ignoreWarning)
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range computed {
		outputs[key] = value
	}
	outputs["id"] = id
	return outputs
}

func certificateOf(t *testing.T, outputs provider.Map) *x509.Certificate {
	t.Helper()
	certificate, err := parseCertificate(stringAt(outputs, "certPem"))
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func extension(certificate *x509.Certificate, id ...int) *pkix.Extension {
	for _, found := range certificate.Extensions {
		if found.Id.Equal(asn1.ObjectIdentifier(id)) {
			return &found
		}
	}
	return nil
}

const (
	privateKey        = "tls:index/privateKey:PrivateKey"
	certRequest       = "tls:index/certRequest:CertRequest"
	selfSignedCert    = "tls:index/selfSignedCert:SelfSignedCert"
	locallySignedCert = "tls:index/locallySignedCert:LocallySignedCert"
)

func rootInputs(key string, changes provider.Map) provider.Map {
	inputs := provider.Map{
		"privateKeyPem":       key,
		"subject":             provider.Map{"organization": "Example", "commonName": "Root CA"},
		"allowedUses":         []any{"cert_signing", "crl_signing", "digital_signature"},
		"validityPeriodHours": 48.0,
		"isCaCertificate":     true,
	}
	for name, value := range changes {
		inputs[name] = value
	}
	return inputs
}

func TestSelfSignedAuthority(t *testing.T) {
	key := newKey(t, "ECDSA", "P256")
	outputs := produce(t, selfSignedCert, rootInputs(key, provider.Map{"maxPathLength": 1.0}))
	certificate := certificateOf(t, outputs)
	if !certificate.IsCA || certificate.MaxPathLen != 1 {
		t.Errorf("CA %v, path length %d; want a CA with path length 1", certificate.IsCA, certificate.MaxPathLen)
	}
	if want := x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature; certificate.KeyUsage != want {
		t.Errorf("key usage %b, want %b", certificate.KeyUsage, want)
	}
	if usage := extension(certificate, 2, 5, 29, 15); usage == nil || !usage.Critical {
		t.Error("key usage is not critical")
	}
	if constraints := extension(certificate, 2, 5, 29, 19); constraints == nil || !constraints.Critical {
		t.Error("basic constraints are not critical")
	}
	if len(certificate.SubjectKeyId) != 20 || len(certificate.AuthorityKeyId) != 0 {
		t.Errorf("key identifiers: subject %x, authority %x; want 20 bytes and none", certificate.SubjectKeyId, certificate.AuthorityKeyId)
	}
	if err := certificate.CheckSignatureFrom(certificate); err != nil {
		t.Error(err)
	}
	wanted := provider.Map{
		"id": certificate.SerialNumber.String(), "keyAlgorithm": "ECDSA", "readyForRenewal": false,
		"earlyRenewalHours": 0.0, "setSubjectKeyId": false, "setAuthorityKeyId": false, "isCaCertificate": true,
		"validityStartTime": "2026-06-01T12:00:00.123456789Z", "validityEndTime": "2026-06-03T12:00:00.123456789Z",
	}
	for name, want := range wanted {
		if outputs[name] != want {
			t.Errorf("%s is %v, want %v", name, outputs[name], want)
		}
	}
}

func TestBasicConstraints(t *testing.T) {
	key := newKey(t, "ECDSA", "P256")
	for name, test := range map[string]struct {
		inputs     provider.Map
		authority  bool
		pathLength int // as Go parses it: -1 for none
	}{
		"no limit":                {nil, true, -1},
		"0 is dropped":            {provider.Map{"maxPathLength": 0.0}, true, -1},
		"2":                       {provider.Map{"maxPathLength": 2.0}, true, 2},
		"ignored without a CA":    {provider.Map{"maxPathLength": 2.0, "isCaCertificate": false}, false, -1},
		"negative is no limit":    {provider.Map{"maxPathLength": -1.0}, true, -1},
		"not a CA unless it says": {provider.Map{"isCaCertificate": nil}, false, -1},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := certificateOf(t, produce(t, selfSignedCert, rootInputs(key, test.inputs)))
			if certificate.IsCA != test.authority || certificate.MaxPathLen != test.pathLength {
				t.Errorf("CA %v, path length %d; want %v, %d", certificate.IsCA, certificate.MaxPathLen, test.authority, test.pathLength)
			}
		})
	}
}

func TestKeyIdentifiers(t *testing.T) {
	key := newKey(t, "ED25519", "")
	for name, test := range map[string]struct {
		inputs             provider.Map
		subject, authority bool
	}{
		"leaf":              {provider.Map{"isCaCertificate": false}, false, false},
		"leaf with subject": {provider.Map{"isCaCertificate": false, "setSubjectKeyId": true}, true, false},
		"authority":         {provider.Map{"setAuthorityKeyId": true}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			certificate := certificateOf(t, produce(t, selfSignedCert, rootInputs(key, test.inputs)))
			if (len(certificate.SubjectKeyId) > 0) != test.subject || (len(certificate.AuthorityKeyId) > 0) != test.authority {
				t.Errorf("subject %x, authority %x", certificate.SubjectKeyId, certificate.AuthorityKeyId)
			}
		})
	}
	inputs := rootInputs(key, provider.Map{"isCaCertificate": false, "setAuthorityKeyId": true})
	if _, _, err := createSelfSignedCert(inputs, noon, ignoreWarning); err == nil || !strings.HasPrefix(err.Error(), "setAuthorityKeyId: ") {
		t.Errorf("an authority key identifier without a subject key identifier gave %v", err)
	}
}

func TestAuthorityNeedsSubject(t *testing.T) {
	inputs := rootInputs(newKey(t, "ECDSA", "P256"), provider.Map{"subject": nil})
	if _, _, err := createSelfSignedCert(inputs, noon, ignoreWarning); err == nil || !strings.HasPrefix(err.Error(), "subject: ") {
		t.Errorf("a CA without subject gave %v", err)
	}
}

func sign(t *testing.T, subject provider.Map, requestNames provider.Map) (root, leaf *x509.Certificate, outputs provider.Map) {
	t.Helper()
	rootKey, leafKey := newKey(t, "RSA", ""), newKey(t, "ECDSA", "P384")
	rootOutputs := produce(t, selfSignedCert, rootInputs(rootKey, provider.Map{"maxPathLength": 1.0}))
	requestInputs := provider.Map{"privateKeyPem": leafKey, "subject": subject}
	for name, value := range requestNames {
		requestInputs[name] = value
	}
	request := produce(t, certRequest, requestInputs)
	outputs = produce(t, locallySignedCert, provider.Map{
		"caPrivateKeyPem": rootKey, "caCertPem": rootOutputs["certPem"], "certRequestPem": request["certRequestPem"],
		"allowedUses": []any{"cert_signing", "server_auth", "client_auth"}, "validityPeriodHours": 24.0, "isCaCertificate": true,
	})
	return certificateOf(t, rootOutputs), certificateOf(t, outputs), outputs
}

func TestLocallySigned(t *testing.T) {
	root, leaf, outputs := sign(t, provider.Map{"commonName": "Intermediate CA", "locality": "east", "emailAddress": "ca@example.com"}, provider.Map{
		"dnsNames": []any{"istiod.istio-system.svc"}, "ipAddresses": []any{"10.0.0.1", "::1"}, "uris": []any{"spiffe://mesh/x"},
	})
	if err := leaf.CheckSignatureFrom(root); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(leaf.AuthorityKeyId, root.SubjectKeyId) {
		t.Errorf("authority key identifier %x, want %x", leaf.AuthorityKeyId, root.SubjectKeyId)
	}
	if got := leaf.Subject.String(); got != "CN=Intermediate CA,L=east" {
		t.Errorf("subject %q: want the request's, without its e-mail address", got)
	}
	if !slices.Equal(leaf.DNSNames, []string{"istiod.istio-system.svc"}) || len(leaf.IPAddresses) != 2 || leaf.URIs[0].String() != "spiffe://mesh/x" {
		t.Errorf("names %v %v %v", leaf.DNSNames, leaf.IPAddresses, leaf.URIs)
	}
	if want := []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}; !slices.Equal(leaf.ExtKeyUsage, want) {
		t.Errorf("extended key usage %v, want %v", leaf.ExtKeyUsage, want)
	}
	if leaf.SignatureAlgorithm != x509.SHA256WithRSA || outputs["caKeyAlgorithm"] != "RSA" {
		t.Errorf("signed with %v, caKeyAlgorithm %v", leaf.SignatureAlgorithm, outputs["caKeyAlgorithm"])
	}
}

func TestSubjectEqualToIssuerHasNoAuthorityKeyID(t *testing.T) {
	_, leaf, _ := sign(t, provider.Map{"organization": "Example", "commonName": "Root CA"}, nil)
	if len(leaf.AuthorityKeyId) != 0 {
		t.Errorf("authority key identifier %x where the official plugin writes none", leaf.AuthorityKeyId)
	}
}

func TestRequestCarriesEmailAddress(t *testing.T) {
	outputs := produce(t, certRequest, provider.Map{
		"privateKeyPem": newKey(t, "ECDSA", "P256"),
		"subject":       provider.Map{"commonName": "x", "emailAddress": "ca@example.com", "streetAddresses": []any{"1 Way", "2 Way"}},
	})
	request, err := parseRequest(stringAt(outputs, "certRequestPem"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(request.Subject.String(), "1.2.840.113549.1.9.1=") || len(request.Subject.StreetAddress) != 2 {
		t.Errorf("subject %q", request.Subject)
	}
	if id := stringAt(outputs, "id"); len(id) != 40 || outputs["keyAlgorithm"] != "ECDSA" {
		t.Errorf("id %q, keyAlgorithm %v", id, outputs["keyAlgorithm"])
	}
}

func TestForeignKeyCannotSign(t *testing.T) {
	inputs := provider.Map{
		"caPrivateKeyPem":     newKey(t, "ECDSA", "P256"),
		"caCertPem":           produce(t, selfSignedCert, rootInputs(newKey(t, "ECDSA", "P256"), nil))["certPem"],
		"certRequestPem":      produce(t, certRequest, provider.Map{"privateKeyPem": newKey(t, "ECDSA", "P256")})["certRequestPem"],
		"allowedUses":         []any{},
		"validityPeriodHours": 1.0,
	}
	if _, _, err := createLocallySignedCert(inputs, noon, ignoreWarning); err == nil {
		t.Error("a key that does not belong to the CA's certificate signed")
	}
}

func TestWarnsAboutIssuerThatIsNoAuthority(t *testing.T) {
	key := newKey(t, "ECDSA", "P256")
	inputs := provider.Map{
		"caPrivateKeyPem":     key,
		"caCertPem":           produce(t, selfSignedCert, rootInputs(key, provider.Map{"isCaCertificate": false}))["certPem"],
		"certRequestPem":      produce(t, certRequest, provider.Map{"privateKeyPem": key})["certRequestPem"],
		"allowedUses":         []any{},
		"validityPeriodHours": 1.0,
	}
	warnings := 0
	if _, _, err := createLocallySignedCert(inputs, noon, func(string) { warnings++ }); err != nil || warnings != 1 {
		t.Errorf("%d warnings, error %v", warnings, err)
	}
}

func TestUnreadablePEMNamesTheInput(t *testing.T) {
	for name, inputs := range map[string]provider.Map{
		"privateKeyPem": {"privateKeyPem": "nonsense"},
		"ipAddresses":   {"privateKeyPem": newKey(t, "ECDSA", "P256"), "ipAddresses": []any{"10.0.0.256"}},
		"uris":          {"privateKeyPem": newKey(t, "ECDSA", "P256"), "uris": []any{"%zz"}},
	} {
		if _, _, err := createCertRequest(inputs, noon, ignoreWarning); err == nil || !strings.HasPrefix(err.Error(), name+": ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSerialNumbersDiffer(t *testing.T) {
	key := newKey(t, "ECDSA", "P256")
	seen := map[any]bool{}
	for range 20 {
		outputs := produce(t, selfSignedCert, rootInputs(key, nil))
		if seen[outputs["id"]] {
			t.Fatalf("serial number %v twice", outputs["id"])
		}
		seen[outputs["id"]] = true
	}
}

func TestKeyErrorsCarryNoKey(t *testing.T) {
	key := newKey(t, "ECDSA", "P256")
	block, _ := pem.Decode([]byte(key))
	broken := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: block.Bytes}))
	_, _, err := parseKey(broken)
	if err == nil || err.Error() != `the PEM block of type "RSA PRIVATE KEY" holds no private key that can be read` {
		t.Errorf("got %v", err)
	}
}
