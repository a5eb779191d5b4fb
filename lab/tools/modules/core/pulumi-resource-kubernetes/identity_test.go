package main

import (
	"strings"
	"testing"
)

func TestParseURN(t *testing.T) {
	cases := []struct {
		token, kind  string
		known, patch bool
	}{
		{"kubernetes:core/v1:Namespace", "/v1, Kind=Namespace", true, false},
		{"kubernetes:core/v1:NamespacePatch", "/v1, Kind=Namespace", true, true},
		{"kubernetes:core/v1:Pod", "/v1, Kind=Pod", false, false},
		{"kubernetes:apps/v1:Deployment", "apps/v1, Kind=Deployment", true, false},
		{"kubernetes:apps/v1beta1:Deployment", "apps/v1beta1, Kind=Deployment", false, false},
		{"kubernetes:batch/v1:Job", "batch/v1, Kind=Job", false, false},
		{"kubernetes:networking.k8s.io/v1:Ingress", "networking.k8s.io/v1, Kind=Ingress", false, false},
		{"kubernetes:networking.istio.io/v1:Gateway", "networking.istio.io/v1, Kind=Gateway", true, false},
		{"kubernetes:gateway.networking.k8s.io/v1:Gateway", "gateway.networking.k8s.io/v1, Kind=Gateway", true, false},
		{"kubernetes:example.com/v1:DispatchPatch", "example.com/v1, Kind=DispatchPatch", true, false},
	}
	for _, test := range cases {
		urn := "urn:pulumi:stack::project::my:component:Type$" + test.token + "::a::name"
		got, err := parseURN(urn)
		if err != nil {
			t.Errorf("%s: %v", test.token, err)
			continue
		}
		if got.token != test.token || got.name != "a::name" || got.kind.String() != test.kind ||
			got.known() != test.known || got.patch != test.patch {
			t.Errorf("%s: got %+v, known %t", test.token, got, got.known())
		}
	}
	for _, urn := range []string{"nonsense", "urn:pulumi:s::p::aws:s3:Bucket::n", "urn:pulumi:s::p::kubernetes:v1:Pod::n"} {
		if got, err := parseURN(urn); err == nil {
			t.Errorf("%s: got %+v", urn, got)
		}
	}
}

func TestUnknownTypesAreRefusedClearly(t *testing.T) {
	_, err := newServer(nil).resource("urn:pulumi:s::p::kubernetes:batch/v1:Job::n")
	if err == nil {
		t.Fatal("a Job must be refused")
	}
	for _, part := range []string{
		"the lab's stand-in", "kubernetes:batch/v1:Job", "apps/v1 Deployment", "pulumi plugin install resource kubernetes 4.34.2",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
}
