package main

import (
	"context"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"isthmus.lab/tools/core/provider"
)

// kubeconfig has one context for each of two clusters; the servers and the user's token vary.
func kubeconfig(eastServer, token string) string {
	return `
apiVersion: v1
kind: Config
clusters: [{name: east, cluster: {server: "` + eastServer + `"}}, {name: west, cluster: {server: "https://west"}}]
users: [{name: admin, user: {token: ` + token + `}}]
contexts: [{name: east, context: {cluster: east, user: admin}}, {name: west, context: {cluster: west, user: admin}}]
current-context: east
`
}

func settingsOf(t *testing.T, properties provider.Map) *structpb.Struct {
	t.Helper()
	marshalled, err := provider.Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	return marshalled
}

func TestDiffConfig(t *testing.T) {
	with := func(kubeconfig any, more ...string) provider.Map {
		properties := provider.Map{"kubeconfig": provider.Secret{Value: kubeconfig}}
		for index := 0; index < len(more); index += 2 {
			properties[more[index]] = more[index+1]
		}
		return properties
	}
	old := kubeconfig("https://east", "a")
	cases := []struct {
		name            string
		olds, news      provider.Map
		diffs, replaces []string
	}{
		{"nothing", with(old), with(old), nil, nil},
		{"another token", with(old), with(kubeconfig("https://east", "b")), []string{"kubeconfig"}, nil},
		{"another server", with(old), with(kubeconfig("https://other", "a")), []string{"kubeconfig"}, []string{"kubeconfig"}},
		{"another context", with(old), with(old, "context", "west"), []string{"context"}, []string{"context"}},
		{"unknown", with(old), with(provider.Unknown{}), []string{"kubeconfig"}, []string{"kubeconfig"}},
		{"another switch", with(old), with(old, "enableSecretMutable", "true"), []string{"enableSecretMutable"}, nil},
		{
			"another server, identified", with(old, "clusterIdentifier", "e"),
			with(kubeconfig("https://other", "a"), "clusterIdentifier", "e"), []string{"kubeconfig"}, nil,
		},
		{
			"unknown, identified", with(old, "clusterIdentifier", "e"),
			with(provider.Unknown{}, "clusterIdentifier", "e"), []string{"kubeconfig"}, nil,
		},
		{
			"identified for the first time", with(old), with(old, "clusterIdentifier", "e"), []string{"clusterIdentifier"}, nil,
		},
		{
			"another identifier", with(old, "clusterIdentifier", "e"), with(old, "clusterIdentifier", "f"),
			[]string{"clusterIdentifier"}, []string{"clusterIdentifier"},
		},
	}
	for _, test := range cases {
		got, err := newServer(nil).DiffConfig(context.Background(), &pulumirpc.DiffRequest{
			Olds: settingsOf(t, test.olds), News: settingsOf(t, test.news),
		})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !slices.Equal(got.GetDiffs(), test.diffs) || !slices.Equal(got.GetReplaces(), test.replaces) {
			t.Errorf("%s: got %v, %v", test.name, got.GetDiffs(), got.GetReplaces())
		}
	}
}

func TestCheckConfigKeepsSecretsAndRefusesWhatStrictModeForbids(t *testing.T) {
	given := settingsOf(t, provider.Map{"kubeconfig": provider.Secret{Value: "k"}, "strictMode": "true"})
	got, err := newServer(nil).CheckConfig(context.Background(), &pulumirpc.CheckRequest{
		Urn: "urn:pulumi:s::p::pulumi:providers:kubernetes::default", News: given,
	})
	if err != nil {
		t.Fatal(err)
	}
	if inputs := provider.Unmarshal(got.GetInputs()); inputs["kubeconfig"] != any(provider.Secret{Value: "k"}) {
		t.Errorf("got %v", inputs)
	}
	var reasons []string
	for _, failure := range got.GetFailures() {
		reasons = append(reasons, failure.GetProperty()+": "+failure.GetReason())
	}
	want := []string{": strict mode prohibits default provider", `context: strict mode requires Provider "context" argument`}
	if !slices.Equal(reasons, want) {
		t.Errorf("got %q", reasons)
	}
}

func TestSettingsPreferTheProvidersToTheEnvironments(t *testing.T) {
	t.Setenv("PULUMI_K8S_ENABLE_SECRET_MUTABLE", "true")
	t.Setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
	got := readSettings(map[string]string{
		"kubernetes:config:enableSecretMutable": "false", "kubernetes:config:context": "east",
	})
	if got.mutable.Secrets || !got.deleteUnreachable || got.access.Context != "east" {
		t.Errorf("got %+v", got)
	}
}
