package release

import (
	"time"

	"isthmus.lab/tools/core/provider"
)

// Release reads completed inputs, or a state, of which nothing is unknown.
type Release struct{ properties provider.Map }

// Of reads properties without their marks of secrecy.
func Of(properties provider.Map) Release {
	return Release{provider.PlainMap(properties)}
}

// Name is Helm's name of the release.
func (release Release) Name() string { return release.text("name") }

// Namespace is where the release is, and its objects that name no namespace.
func (release Release) Namespace() string { return release.text("namespace") }

func (release Release) text(key string) string {
	value, _ := release.properties[key].(string)
	return value
}

func (release Release) is(key string) bool {
	value, _ := release.properties[key].(bool)
	return value
}

func (release Release) waits() bool { return !release.is("skipAwait") }

func (release Release) timeout() time.Duration {
	seconds, _ := release.properties["timeout"].(float64)
	if seconds == 0 {
		seconds = DefaultTimeoutSeconds
	}
	return time.Duration(seconds * float64(time.Second))
}

func (release Release) maxHistory() int {
	revisions, _ := release.properties["maxHistory"].(float64)
	return int(revisions)
}

func (release Release) repository(key string) string {
	options, _ := release.properties["repositoryOpts"].(map[string]any)
	value, _ := options[key].(string)
	return value
}

// values is a copy: Helm changes what it is given.
func (release Release) values() map[string]any {
	values, _ := release.properties["values"].(map[string]any)
	return Merge(nil, values)
}
