package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"isthmus.lab/tools/core/provider"
)

const somePEM = "-----BEGIN X-----\nAAAA\n-----END X-----\n"

func certificateInputsWith(changes provider.Map) provider.Map {
	inputs := provider.Map{
		"privateKeyPem": somePEM, "subject": provider.Map{"commonName": "a", "locality": "east"},
		"allowedUses": []any{"cert_signing"}, "validityPeriodHours": 48.0, "earlyRenewalHours": 12.0, "maxPathLength": 1.0,
	}
	for name, value := range changes {
		if value == nil {
			delete(inputs, name)
		} else {
			inputs[name] = value
		}
	}
	return inputs
}

func TestDiff(t *testing.T) {
	resource := resources[selfSignedCert]
	state := resource.planned(certificateInputsWith(nil))
	state["validityEndTime"] = noon.Add(48 * time.Hour).Format(time.RFC3339Nano)
	for name, test := range map[string]struct {
		inputs          provider.Map
		now             time.Time
		diffs, replaces []string
		path            string
		kind            pulumirpc.PropertyDiff_Kind
	}{
		"nothing":              {nil, noon, nil, nil, "", 0},
		"a default given":      {provider.Map{"isCaCertificate": false}, noon, nil, nil, "", 0},
		"early renewal":        {provider.Map{"earlyRenewalHours": 13.0}, noon, []string{"earlyRenewalHours"}, nil, "earlyRenewalHours", pulumirpc.PropertyDiff_UPDATE},
		"no early renewal":     {provider.Map{"earlyRenewalHours": nil}, noon, []string{"earlyRenewalHours"}, nil, "earlyRenewalHours", pulumirpc.PropertyDiff_UPDATE},
		"subject":              {provider.Map{"subject": provider.Map{"commonName": "b", "locality": "east"}}, noon, []string{"subject"}, []string{"subject"}, "subject.commonName", pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"part of subject gone": {provider.Map{"subject": provider.Map{"commonName": "a"}}, noon, []string{"subject"}, []string{"subject"}, "subject.locality", pulumirpc.PropertyDiff_DELETE_REPLACE},
		"another use":          {provider.Map{"allowedUses": []any{"cert_signing", "crl_signing"}}, noon, []string{"allowedUses"}, []string{"allowedUses"}, "allowedUses[1]", pulumirpc.PropertyDiff_ADD_REPLACE},
		"lifetime":             {provider.Map{"validityPeriodHours": 49.0}, noon, []string{"validityPeriodHours"}, []string{"validityPeriodHours"}, "validityPeriodHours", pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"no path length":       {provider.Map{"maxPathLength": nil}, noon, []string{"maxPathLength"}, []string{"maxPathLength"}, "maxPathLength", pulumirpc.PropertyDiff_DELETE_REPLACE},
		"key unknown":          {provider.Map{"privateKeyPem": provider.Unknown{}}, noon, []string{"privateKeyPem"}, []string{"privateKeyPem"}, "privateKeyPem", pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"before the window":    {nil, noon.Add(36*time.Hour - time.Nanosecond), nil, nil, "", 0},
		"inside the window":    {nil, noon.Add(36 * time.Hour), []string{"readyForRenewal"}, []string{"readyForRenewal"}, "readyForRenewal", pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"expired":              {nil, noon.Add(49 * time.Hour), []string{"readyForRenewal"}, []string{"readyForRenewal"}, "readyForRenewal", pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"new window counts":    {provider.Map{"earlyRenewalHours": 48.0}, noon, []string{"earlyRenewalHours", "readyForRenewal"}, []string{"readyForRenewal"}, "earlyRenewalHours", pulumirpc.PropertyDiff_UPDATE},
		"window unknown":       {provider.Map{"earlyRenewalHours": provider.Unknown{}}, noon.Add(49 * time.Hour), []string{"earlyRenewalHours"}, nil, "earlyRenewalHours", pulumirpc.PropertyDiff_UPDATE},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := resource.diff(state, certificateInputsWith(test.inputs), test.now)
			if err != nil {
				t.Fatal(err)
			}
			response := diffResponse(changes, nil)
			if !slices.Equal(response.Diffs, test.diffs) || !slices.Equal(response.Replaces, test.replaces) {
				t.Errorf("diffs %v, replaces %v; want %v, %v", response.Diffs, response.Replaces, test.diffs, test.replaces)
			}
			if (response.Changes == pulumirpc.DiffResponse_DIFF_SOME) != (len(test.diffs) > 0) || len(response.DetailedDiff) != len(test.diffs) {
				t.Errorf("changes %v, detailed %v", response.Changes, response.DetailedDiff)
			}
			if test.path != "" && response.DetailedDiff[test.path].GetKind() != test.kind {
				t.Errorf("detailed %v; want %s: %v", response.DetailedDiff, test.path, test.kind)
			}
		})
	}
}

func TestEveryOtherInputReplaces(t *testing.T) {
	for token, resource := range resources {
		for name, field := range resource.inputs {
			values := map[kind][2]any{
				text: {somePEM, "other"}, number: {1.0, 2.0}, truth: {true, false},
				texts: {[]any{"a"}, []any{"b"}}, object: {provider.Map{"commonName": "a"}, provider.Map{"commonName": "b"}},
			}[field.kind]
			changes, err := resource.diff(resource.planned(provider.Map{name: values[0]}), provider.Map{name: values[1]}, noon)
			if err != nil || len(changes) != 1 || changes[0].property != name {
				t.Fatalf("%s %s: %v %v", token, name, changes, err)
			}
			if want := name != "earlyRenewalHours"; changes[0].replaces != want {
				t.Errorf("%s %s replaces: %v", token, name, changes[0].replaces)
			}
		}
	}
}

func TestDigestInStateIsNoReasonToReplace(t *testing.T) {
	resource := resources[certRequest]
	changes, err := resource.diff(provider.Map{"privateKeyPem": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, provider.Map{"privateKeyPem": somePEM}, noon)
	if err != nil || len(changes) != 1 || changes[0].replaces {
		t.Errorf("%v %v", changes, err)
	}
}

func TestIgnoredChanges(t *testing.T) {
	changes := []change{{"subject.commonName", "subject", pulumirpc.PropertyDiff_UPDATE, true}, {"readyForRenewal", "readyForRenewal", pulumirpc.PropertyDiff_UPDATE, true}}
	response := diffResponse(changes, []string{"subject.commonName", "readyForRenewal"})
	if response.Changes != pulumirpc.DiffResponse_DIFF_NONE || len(response.Diffs) > 0 || len(response.DetailedDiff) > 0 {
		t.Errorf("%v", response)
	}
}

func TestPreview(t *testing.T) {
	outputs := resources[selfSignedCert].marked(resources[selfSignedCert].preview(certificateInputsWith(nil)))
	var unknown []string
	for name, value := range outputs {
		if provider.HasUnknown(value) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	if want := []string{"certPem", "id", "keyAlgorithm", "validityEndTime", "validityStartTime"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown are %v, want %v", unknown, want)
	}
	if outputs["readyForRenewal"] != false || outputs["setSubjectKeyId"] != false || outputs["earlyRenewalHours"] != 12.0 {
		t.Errorf("known are %v", outputs)
	}
}

func TestSecrets(t *testing.T) {
	for token, want := range map[string][]string{
		privateKey:        {"privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"},
		certRequest:       {"privateKeyPem"},
		selfSignedCert:    {"privateKeyPem"},
		locallySignedCert: {"caPrivateKeyPem"},
	} {
		resource := resources[token]
		outputs := provider.Map{}
		for _, name := range append(slices.Collect(maps.Keys(resource.inputs)), resource.computed...) {
			outputs[name] = "x"
		}
		var secret []string
		for name, value := range resource.marked(outputs) {
			if provider.HasSecret(value) {
				secret = append(secret, name)
			}
		}
		slices.Sort(secret)
		if !slices.Equal(secret, want) {
			t.Errorf("%s: secret are %v, want %v", token, secret, want)
		}
	}
}

func TestUpdateKeepsWhatWasComputed(t *testing.T) {
	resource := resources[selfSignedCert]
	state := resource.planned(certificateInputsWith(nil))
	maps.Copy(state, provider.Map{"id": "1", "certPem": "cert", "keyAlgorithm": "RSA", "validityStartTime": "s", "validityEndTime": "e"})
	want := maps.Clone(state)
	want["earlyRenewalHours"] = 20.0
	got := resource.updated(state, certificateInputsWith(provider.Map{"earlyRenewalHours": 20.0}))
	if len(compare("", want, got)) > 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		token  string
		inputs provider.Map
		paths  []string
	}{
		"fine":               {selfSignedCert, certificateInputsWith(nil), nil},
		"unknowns":           {selfSignedCert, certificateInputsWith(provider.Map{"privateKeyPem": provider.Unknown{}, "allowedUses": provider.Unknown{}, "subject": provider.Unknown{}}), nil},
		"missing":            {locallySignedCert, provider.Map{}, []string{"allowedUses", "caCertPem", "caPrivateKeyPem", "certRequestPem", "validityPeriodHours"}},
		"unknown input":      {privateKey, provider.Map{"algorithm": "RSA", "opensshComment": "me"}, []string{"opensshComment"}},
		"algorithm":          {privateKey, provider.Map{"algorithm": "DSA"}, []string{"algorithm"}},
		"curve":              {privateKey, provider.Map{"algorithm": "ECDSA", "ecdsaCurve": "P192"}, []string{"ecdsaCurve"}},
		"camel case":         {selfSignedCert, certificateInputsWith(provider.Map{"allowedUses": []any{"cert_signing", "crlSigning"}}), []string{"allowedUses[1]"}},
		"negative":           {selfSignedCert, certificateInputsWith(provider.Map{"validityPeriodHours": -1.0}), []string{"validityPeriodHours"}},
		"fraction":           {selfSignedCert, certificateInputsWith(provider.Map{"earlyRenewalHours": 0.5}), []string{"earlyRenewalHours"}},
		"part of subject":    {selfSignedCert, certificateInputsWith(provider.Map{"subject": provider.Map{"mail": "x", "country": 1.0}}), []string{"subject.country", "subject.mail"}},
		"types":              {certRequest, provider.Map{"privateKeyPem": 1.0, "dnsNames": "x", "uris": []any{true}, "subject": []any{}}, []string{"dnsNames", "privateKeyPem", "subject", "uris[0]"}},
		"the engine's own":   {privateKey, provider.Map{"algorithm": "RSA", "__defaults": []any{}}, nil},
		"no path length yet": {selfSignedCert, certificateInputsWith(provider.Map{"maxPathLength": -1.0}), nil},
		"truth":              {selfSignedCert, certificateInputsWith(provider.Map{"isCaCertificate": "true"}), []string{"isCaCertificate"}},
	} {
		t.Run(name, func(t *testing.T) {
			var paths []string
			for _, problem := range resources[test.token].check(test.inputs) {
				paths = append(paths, problem[0])
			}
			if !slices.Equal(paths, test.paths) {
				t.Errorf("problems at %v, want %v", paths, test.paths)
			}
		})
	}
}

func TestRefusesOtherTypes(t *testing.T) {
	server := &server{Base: provider.Base{Name: "tls", Version: version}}
	_, err := server.find("urn:pulumi:dev::isthmus::isthmus:index:Mesh$tls:index/other:Other::name")
	if err == nil {
		t.Fatal("not refused")
	}
	for _, word := range []string{"tls:index/other:Other", "lab's stand-in", privateKey, certRequest, selfSignedCert, locallySignedCert, "pulumi plugin install resource tls 5.5.1"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	if _, err := server.find("urn:pulumi:dev::isthmus::isthmus:index:Mesh$" + privateKey + "::name"); err != nil {
		t.Error(err)
	}
}
