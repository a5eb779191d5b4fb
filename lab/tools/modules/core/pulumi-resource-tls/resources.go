package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"isthmus.lab/tools/core/provider"
)

// kind is the type of an input.
type kind int

const (
	text kind = iota
	number
	truth
	texts
	object
)

// input describes one input property. A changed input replaces the resource unless inPlace is set.
type input struct {
	kind     kind
	required bool
	secret   bool
	inPlace  bool
	// pem: a change replaces only if the state holds PEM text; anything else is taken for a digest of older versions.
	pem bool
	// initial is the value where none is given.
	initial any
	oneOf   []string
	// fields are an object's.
	fields map[string]input
}

// resource describes one resource type. Outputs are the inputs, defaults filled in, and what create computes.
type resource struct {
	inputs map[string]input
	// computed are the outputs that are known only once the resource exists.
	computed []string
	// secrets are the computed outputs that are secret.
	secrets []string
	// fixed are outputs that are the same whatever the inputs.
	fixed provider.Map
	// create gives the id and the computed outputs. warn shows a message beside the resource.
	create func(inputs provider.Map, now time.Time, warn func(string)) (string, provider.Map, error)
}

// expires says whether the resource is a certificate, which can be ready for renewal.
func (resource resource) expires() bool {
	return slices.Contains(resource.computed, "validityEndTime")
}

var subjectFields = map[string]input{
	"commonName": {}, "country": {}, "emailAddress": {}, "locality": {}, "organization": {}, "organizationalUnit": {},
	"postalCode": {}, "province": {}, "serialNumber": {}, "streetAddresses": {kind: texts},
}

var uses = slices.Sorted(func(yield func(string) bool) {
	for name := range keyUsages {
		if !yield(name) {
			return
		}
	}
	for name := range extendedKeyUsages {
		if !yield(name) {
			return
		}
	}
})

// ownerInputs are those of a request and of a self-signed certificate.
var ownerInputs = map[string]input{
	"privateKeyPem": {required: true, secret: true, pem: true},
	"subject":       {kind: object, fields: subjectFields},
	"dnsNames":      {kind: texts},
	"ipAddresses":   {kind: texts},
	"uris":          {kind: texts},
}

// certificateInputs are those of both kinds of certificate.
var certificateInputs = map[string]input{
	"allowedUses":         {kind: texts, required: true, oneOf: uses},
	"validityPeriodHours": {kind: number, required: true},
	"earlyRenewalHours":   {kind: number, inPlace: true, initial: 0.0},
	"isCaCertificate":     {kind: truth, initial: false},
	"maxPathLength":       {kind: number},
	"setSubjectKeyId":     {kind: truth, initial: false},
}

var certificateOutputs = []string{"certPem", "validityStartTime", "validityEndTime"}

// resources are the types that the stand-in knows, by their token.
var resources = map[string]resource{
	"tls:index/privateKey:PrivateKey": {
		inputs: map[string]input{
			"algorithm":  {required: true, oneOf: algorithms},
			"rsaBits":    {kind: number, initial: 2048.0},
			"ecdsaCurve": {initial: "P224", oneOf: curveNames},
		},
		computed: []string{
			"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh", "publicKeyPem", "publicKeyOpenssh",
			"publicKeyFingerprintMd5", "publicKeyFingerprintSha256",
		},
		secrets: []string{"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"},
		fixed:   provider.Map{"__meta": `{"schema_version":"1"}`},
		create:  createPrivateKey,
	},
	"tls:index/certRequest:CertRequest": {
		inputs:   ownerInputs,
		computed: []string{"certRequestPem", "keyAlgorithm"},
		create:   createCertRequest,
	},
	"tls:index/selfSignedCert:SelfSignedCert": {
		inputs:   merge(ownerInputs, certificateInputs, map[string]input{"setAuthorityKeyId": {kind: truth, initial: false}}),
		computed: append([]string{"keyAlgorithm"}, certificateOutputs...),
		create:   createSelfSignedCert,
	},
	"tls:index/locallySignedCert:LocallySignedCert": {
		inputs: merge(certificateInputs, map[string]input{
			"caCertPem":       {required: true, pem: true},
			"caPrivateKeyPem": {required: true, secret: true, pem: true},
			"certRequestPem":  {required: true, pem: true},
		}),
		computed: append([]string{"caKeyAlgorithm"}, certificateOutputs...),
		create:   createLocallySignedCert,
	},
}

func merge(sets ...map[string]input) map[string]input {
	result := map[string]input{}
	for _, set := range sets {
		maps.Copy(result, set)
	}
	return result
}

func createPrivateKey(inputs provider.Map, _ time.Time, _ func(string)) (string, provider.Map, error) {
	key, err := generateKey(stringAt(inputs, "algorithm"), intAt(inputs, "rsaBits"), stringAt(inputs, "ecdsaCurve"))
	if err != nil {
		return "", nil, fmt.Errorf("the private key cannot be generated: %w", err)
	}
	return keyOutputs(key)
}

func createCertRequest(inputs provider.Map, _ time.Time, _ func(string)) (string, provider.Map, error) {
	key, algorithm, err := parseKey(stringAt(inputs, "privateKeyPem"))
	if err != nil {
		return "", nil, fmt.Errorf("privateKeyPem: %w", err)
	}
	names, err := readNames(inputs)
	if err != nil {
		return "", nil, err
	}
	id, request, err := createRequest(names, key)
	return id, provider.Map{"certRequestPem": request, "keyAlgorithm": algorithm}, err
}

func createSelfSignedCert(inputs provider.Map, now time.Time, _ func(string)) (string, provider.Map, error) {
	key, algorithm, err := parseKey(stringAt(inputs, "privateKeyPem"))
	if err != nil {
		return "", nil, fmt.Errorf("privateKeyPem: %w", err)
	}
	names, err := readNames(inputs)
	if err != nil {
		return "", nil, err
	}
	id, outputs, err := issue(readProfile(inputs), names, nil, key.Public(), key, now)
	if err != nil {
		return "", nil, err
	}
	outputs["keyAlgorithm"] = algorithm
	return id, outputs, nil
}

// A request's e-mail addresses are not carried over, as with the official plugin.
func createLocallySignedCert(inputs provider.Map, now time.Time, warn func(string)) (string, provider.Map, error) {
	request, err := parseRequest(stringAt(inputs, "certRequestPem"))
	if err != nil {
		return "", nil, fmt.Errorf("certRequestPem: %w", err)
	}
	signer, algorithm, err := parseKey(stringAt(inputs, "caPrivateKeyPem"))
	if err != nil {
		return "", nil, fmt.Errorf("caPrivateKeyPem: %w", err)
	}
	authority, err := parseCertificate(stringAt(inputs, "caCertPem"))
	if err != nil {
		return "", nil, fmt.Errorf("caCertPem: %w", err)
	}
	if !authority.IsCA {
		warn("caCertPem is no certificate authority's certificate: what it signs may not pass validation")
	}
	owner := names{request.Subject, request.DNSNames, request.IPAddresses, request.URIs}
	id, outputs, err := issue(readProfile(inputs), owner, authority, request.PublicKey, signer, now)
	if err != nil {
		return "", nil, err
	}
	outputs["caKeyAlgorithm"] = algorithm
	return id, outputs, nil
}
