package object

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Identity are the fields by which every object is known: a change is another object.
var Identity = [][]string{{"metadata", "name"}, {"metadata", "namespace"}}

// Fields that the API server does not let change, by API version and kind. The official plugin's table has more kinds;
// these are the ones that the stand-in knows.
var immutable = map[string][][]string{
	"v1/Secret":          {{"type"}},
	"v1/Service":         {{"spec", "clusterIP"}},
	"apps/v1/Deployment": {{"spec", "selector"}},
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding": {{"roleRef"}},
	"rbac.authorization.k8s.io/v1/RoleBinding":        {{"roleRef"}},
}

// Mutable says which kinds of data may be changed in place: the provider's enableSecretMutable and
// enableConfigMapMutable. Both are off by default, as a running pod would not notice a change.
type Mutable struct{ Secrets, ConfigMaps bool }

// ReplacementFields are the fields whose change replaces the object.
func ReplacementFields(object *unstructured.Unstructured, mutable Mutable) [][]string {
	fields := Identity
	frozen := object.Object["immutable"] == true
	switch {
	case IsSecret(object) && (!mutable.Secrets || frozen):
		return append(fields[:len(fields):len(fields)], []string{"type"}, []string{"stringData"}, []string{"data"})
	case IsConfigMap(object) && (!mutable.ConfigMaps || frozen):
		return append(fields[:len(fields):len(fields)], []string{"binaryData"}, []string{"data"})
	default:
		return append(fields[:len(fields):len(fields)], immutable[object.GetAPIVersion()+"/"+object.GetKind()]...)
	}
}
