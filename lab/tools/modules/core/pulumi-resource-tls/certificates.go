package main

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"time"

	"isthmus.lab/tools/core/provider"
)

// The names of both kinds of usage stand in one list, allowedUses.
var (
	keyUsages = map[string]x509.KeyUsage{
		"digital_signature":  x509.KeyUsageDigitalSignature,
		"content_commitment": x509.KeyUsageContentCommitment,
		"key_encipherment":   x509.KeyUsageKeyEncipherment,
		"data_encipherment":  x509.KeyUsageDataEncipherment,
		"key_agreement":      x509.KeyUsageKeyAgreement,
		"cert_signing":       x509.KeyUsageCertSign,
		"crl_signing":        x509.KeyUsageCRLSign,
		"encipher_only":      x509.KeyUsageEncipherOnly,
		"decipher_only":      x509.KeyUsageDecipherOnly,
	}
	extendedKeyUsages = map[string]x509.ExtKeyUsage{
		"any_extended":                      x509.ExtKeyUsageAny,
		"server_auth":                       x509.ExtKeyUsageServerAuth,
		"client_auth":                       x509.ExtKeyUsageClientAuth,
		"code_signing":                      x509.ExtKeyUsageCodeSigning,
		"email_protection":                  x509.ExtKeyUsageEmailProtection,
		"ipsec_end_system":                  x509.ExtKeyUsageIPSECEndSystem,
		"ipsec_tunnel":                      x509.ExtKeyUsageIPSECTunnel,
		"ipsec_user":                        x509.ExtKeyUsageIPSECUser,
		"timestamping":                      x509.ExtKeyUsageTimeStamping,
		"ocsp_signing":                      x509.ExtKeyUsageOCSPSigning,
		"microsoft_server_gated_crypto":     x509.ExtKeyUsageMicrosoftServerGatedCrypto,
		"netscape_server_gated_crypto":      x509.ExtKeyUsageNetscapeServerGatedCrypto,
		"microsoft_commercial_code_signing": x509.ExtKeyUsageMicrosoftCommercialCodeSigning,
		"microsoft_kernel_code_signing":     x509.ExtKeyUsageMicrosoftKernelCodeSigning,
	}
)

// names are what a request or a self-signed certificate says about its owner.
type names struct {
	subject     pkix.Name
	dnsNames    []string
	ipAddresses []net.IP
	uris        []*url.URL
}

func readNames(inputs provider.Map) (names, error) {
	result := names{subject: readSubject(objectAt(inputs, "subject")), dnsNames: stringsAt(inputs, "dnsNames")}
	for _, text := range stringsAt(inputs, "ipAddresses") {
		address := net.ParseIP(text)
		if address == nil {
			return names{}, fmt.Errorf("ipAddresses: %q is no IP address", text)
		}
		result.ipAddresses = append(result.ipAddresses, address)
	}
	for _, text := range stringsAt(inputs, "uris") {
		uri, err := url.Parse(text)
		if err != nil {
			return names{}, fmt.Errorf("uris: %q is no URI: %w", text, err)
		}
		result.uris = append(result.uris, uri)
	}
	return result, nil
}

// emailAddressOID is PKCS #9's emailAddress, which Go's pkix.Name does not know.
var emailAddressOID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

func readSubject(subject provider.Map) pkix.Name {
	list := func(key string) []string {
		if text, ok := subject[key].(string); ok {
			return []string{text}
		}
		return nil
	}
	result := pkix.Name{
		CommonName:         stringAt(subject, "commonName"),
		Organization:       list("organization"),
		OrganizationalUnit: list("organizationalUnit"),
		StreetAddress:      stringsAt(subject, "streetAddresses"),
		Locality:           list("locality"),
		Province:           list("province"),
		Country:            list("country"),
		PostalCode:         list("postalCode"),
		SerialNumber:       stringAt(subject, "serialNumber"),
	}
	if address, ok := subject["emailAddress"].(string); ok {
		result.ExtraNames = []pkix.AttributeTypeAndValue{{
			Type:  emailAddressOID,
			Value: asn1.RawValue{Tag: asn1.TagIA5String, Bytes: []byte(address)},
		}}
	}
	return result
}

// createRequest makes a certificate signing request: its id and its PEM text.
func createRequest(names names, key crypto.Signer) (string, string, error) {
	template := x509.CertificateRequest{
		Subject: names.subject, DNSNames: names.dnsNames, IPAddresses: names.ipAddresses, URIs: names.uris,
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		return "", "", fmt.Errorf("the certificate request cannot be created: %w", err)
	}
	return digest(der), encodePEM("CERTIFICATE REQUEST", der), nil
}

// profile is what the inputs of both kinds of certificate have in common.
type profile struct {
	validityHours     int
	allowedUses       []string
	isAuthority       bool
	maxPathLength     int // 0 and less: no limit is written
	setSubjectKeyID   bool
	setAuthorityKeyID bool
}

func readProfile(inputs provider.Map) profile {
	return profile{
		validityHours:     intAt(inputs, "validityPeriodHours"),
		allowedUses:       stringsAt(inputs, "allowedUses"),
		isAuthority:       boolAt(inputs, "isCaCertificate"),
		maxPathLength:     intAt(inputs, "maxPathLength"),
		setSubjectKeyID:   boolAt(inputs, "setSubjectKeyId"),
		setAuthorityKeyID: boolAt(inputs, "setAuthorityKeyId"),
	}
}

// issue signs a certificate: its id (the serial number) and the outputs that every certificate has. A nil parent makes
// it self-signed.
func issue(profile profile, names names, parent *x509.Certificate, public crypto.PublicKey, signer crypto.Signer, now time.Time) (string, provider.Map, error) {
	template, err := profile.template(names, public, now)
	if err != nil {
		return "", nil, err
	}
	if parent == nil {
		parent = template
	}
	if profile.setAuthorityKeyID {
		if len(parent.SubjectKeyId) == 0 {
			return "", nil, errors.New("setAuthorityKeyId: the issuer has no subject key identifier; set setSubjectKeyId too")
		}
		template.AuthorityKeyId = parent.SubjectKeyId
	}
	// Go writes the issuer's key identifier by itself, but not where subject and issuer are equal.
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		return "", nil, fmt.Errorf("the certificate cannot be created: %w", err)
	}
	start, err := template.NotBefore.MarshalText()
	if err != nil {
		return "", nil, err
	}
	end, err := template.NotAfter.MarshalText()
	if err != nil {
		return "", nil, fmt.Errorf("validityPeriodHours: the end cannot be written: %w", err)
	}
	return template.SerialNumber.String(), provider.Map{
		"certPem":           encodePEM("CERTIFICATE", der),
		"validityStartTime": string(start),
		"validityEndTime":   string(end),
	}, nil
}

// serialBits is the size of the random serial numbers.
const serialBits = 128

func (profile profile) template(names names, public crypto.PublicKey, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      names.subject, DNSNames: names.dnsNames, IPAddresses: names.ipAddresses, URIs: names.uris,
		NotBefore:             now,
		NotAfter:              now.Add(time.Duration(profile.validityHours) * time.Hour),
		BasicConstraintsValid: true,
		IsCA:                  profile.isAuthority,
	}
	for _, use := range profile.allowedUses {
		template.KeyUsage |= keyUsages[use]
		if extended, ok := extendedKeyUsages[use]; ok {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extended)
		}
	}
	if profile.isAuthority {
		if len(names.subject.ToRDNSequence()) == 0 {
			return nil, errors.New("subject: a certificate authority needs at least one part of a distinguished name")
		}
		// Without MaxPathLenZero, Go takes 0 for "no limit". The official plugin does not set it either.
		template.MaxPathLen = max(profile.maxPathLength, 0)
	}
	if profile.isAuthority || profile.setSubjectKeyID {
		template.SubjectKeyId, err = subjectKeyID(public)
	}
	return template, err
}

func parseRequest(text string) (*x509.CertificateRequest, error) {
	der, err := decodePEM("CERTIFICATE REQUEST", text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificateRequest(der)
}

func parseCertificate(text string) (*x509.Certificate, error) {
	der, err := decodePEM("CERTIFICATE", text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func decodePEM(kind, text string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("no PEM block found where one of type %q is expected", kind)
	}
	if block.Type != kind {
		return nil, fmt.Errorf("a PEM block of type %q where one of type %q is expected", block.Type, kind)
	}
	return block.Bytes, nil
}
