// Package release is Helm as the resource helm.sh/v3:Release has it: inputs, charts, installation.
package release

import (
	"os"
	"slices"

	"isthmus.lab/tools/core/provider"
	"isthmus.lab/tools/core/pulumi-resource-kubernetes/object"
	"sigs.k8s.io/yaml"
)

// DefaultTimeoutSeconds is how long Helm may wait, unless the timeout is given or the wait is skipped.
const DefaultTimeoutSeconds = 300

// The inputs that come back as false, empty or zero when they are not given.
var (
	switches = []string{
		"allowNullValues", "atomic", "cleanupOnFail", "createNamespace", "dependencyUpdate", "devel", "disableCRDHooks",
		"disableOpenapiValidation", "disableWebhooks", "forceUpdate", "lint", "recreatePods", "renderSubchartNotes",
		"replace", "resetValues", "reuseValues", "skipAwait", "skipCrds", "takeOwnership", "verify", "waitForJobs",
	}
	texts         = []string{"chart", "description", "keyring", "name", "namespace", "postrender", "version"}
	repositoryKey = []string{"caFile", "certFile", "keyFile", "password", "repo", "username"}
)

// Complete fills in every default: what Check answers, but for the chart's exact version. Secrets and unknowns keep
// their marks. A release without a name gets the old inputs' name, or one made of its logical name.
func Complete(news, olds provider.Map, logicalName, namespace string) (provider.Map, error) {
	inputs := provider.Map{}
	given := provider.PlainMap(news)
	for _, key := range switches {
		inputs[key] = valueOr(given[key], false)
	}
	for _, key := range texts {
		inputs[key] = valueOr(given[key], "")
	}
	if _, named := given["name"]; !named && len(olds) > 0 {
		inputs["name"] = valueOr(provider.Plain(olds["name"]), "")
	}
	if inputs["name"] == "" {
		inputs["name"] = object.UniqueName(logicalName+"-", nil)
	}
	inputs["namespace"] = orText(inputs["namespace"], namespace)
	inputs["timeout"] = valueOr(given["timeout"], 0.0)
	if _, has := given["timeout"]; !has && inputs["skipAwait"] == false {
		inputs["timeout"] = float64(DefaultTimeoutSeconds)
	}
	if inputs["verify"] == true {
		inputs["keyring"] = orText(inputs["keyring"], os.ExpandEnv("$HOME/.gnupg/pubring.gpg"))
	}
	if history := given["maxHistory"]; history != nil {
		inputs["maxHistory"] = history
	}
	if repository, is := given["repositoryOpts"].(map[string]any); is {
		options := provider.Map{}
		for _, key := range repositoryKey {
			options[key] = valueOr(repository[key], "")
		}
		inputs["repositoryOpts"] = options
	} else if given["repositoryOpts"] != nil {
		inputs["repositoryOpts"] = given["repositoryOpts"]
	}
	values, err := mergedValues(given)
	if err != nil {
		return nil, err
	}
	inputs["values"] = values
	object.MarkSecrets(inputs, news)
	return inputs, nil
}

// Values of files come first, values in the program win.
func mergedValues(given provider.Map) (any, error) {
	files, _ := given["valueYamlFiles"].([]any)
	merged := map[string]any{}
	for _, element := range files {
		asset, _ := element.(map[string]any)
		contents, _ := asset["text"].(string)
		if path, is := asset["path"].(string); is && path != "" {
			read, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			contents = string(read)
		}
		values := map[string]any{}
		if err := yaml.Unmarshal([]byte(contents), &values); err != nil {
			return nil, err
		}
		merged = Merge(merged, values)
	}
	switch values := given["values"].(type) {
	case map[string]any:
		return Merge(merged, values), nil
	case nil:
		return merged, nil
	default:
		return values, nil // not yet known
	}
}

// Merge lays one tree of values over another. A list or a scalar replaces what was there.
func Merge(base, over map[string]any) map[string]any {
	result := object.Copy(base).(map[string]any)
	for key, value := range over {
		above, isMap := value.(map[string]any)
		beneath, wasMap := result[key].(map[string]any)
		if isMap && wasMap {
			result[key] = Merge(beneath, above)
		} else {
			result[key] = object.Copy(value)
		}
	}
	return result
}

// InputNames are the inputs as they stand in the state: what is compared and kept.
func InputNames() []string {
	return slices.Concat(switches, texts, []string{"timeout", "maxHistory", "repositoryOpts", "values"})
}

func valueOr(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}

func orText(value any, otherwise string) any {
	if value == "" {
		return otherwise
	}
	return value
}
