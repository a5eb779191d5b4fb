// Package provider holds what every provider plugin of the lab needs of Pulumi's resource provider protocol:
// property values, the server's main loop, messages to the engine and the protocol's errors.
package provider

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/types/known/structpb"
)

// Map is a resource's properties. A value is nil, bool, float64, string, []any, map[string]any, Secret or Unknown.
type Map = map[string]any

// Secret marks a value that the engine keeps encrypted in the state and hides in what it prints.
type Secret struct{ Value any }

// Unknown is a value that is known only after some resource has been created or updated.
type Unknown struct{}

// Marks of the protocol: sdk/go/common/resource/sig and sdk/go/common/resource/plugin of github.com/pulumi/pulumi.
const (
	signatureKey    = "4dabf18193072939515e22adb298388d"
	secretSignature = "1b47061264138c4ac30d75fd1eb44270"
	outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
	unknownString   = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
)

// An unknown of any type may arrive; strings are by far the most frequent.
var unknowns = map[string]bool{
	unknownString:                          true,
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true, // bool
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true, // number
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true, // array
	"030794c1-ac77-496b-92df-f27374a8bd58": true, // asset
	"e48ece36-62e2-4504-bad9-02848725956a": true, // archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true, // object
}

// Unmarshal reads properties as they come over the wire; secrets and unknowns stay marked.
func Unmarshal(properties *structpb.Struct) Map {
	result := make(Map, len(properties.GetFields()))
	for key, value := range properties.GetFields() {
		result[key] = unmarshalValue(value)
	}
	return result
}

func unmarshalValue(value *structpb.Value) any {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return kind.BoolValue
	case *structpb.Value_NumberValue:
		return kind.NumberValue
	case *structpb.Value_StringValue:
		if unknowns[kind.StringValue] {
			return Unknown{}
		}
		return kind.StringValue
	case *structpb.Value_ListValue:
		list := make([]any, 0, len(kind.ListValue.GetValues()))
		for _, element := range kind.ListValue.GetValues() {
			list = append(list, unmarshalValue(element))
		}
		return list
	case *structpb.Value_StructValue:
		return unmarshalObject(kind.StructValue)
	default:
		return nil
	}
}

func unmarshalObject(object *structpb.Struct) any {
	fields := object.GetFields()
	switch fields[signatureKey].GetStringValue() {
	case secretSignature:
		return Secret{unmarshalValue(fields["value"])}
	case outputSignature:
		var value any = Unknown{}
		if known, ok := fields["value"]; ok {
			value = unmarshalValue(known)
		}
		if fields["secret"].GetBoolValue() {
			return Secret{value}
		}
		return value
	default:
		return Unmarshal(object)
	}
}

// Marshal writes properties for the wire. Integers of any Go type are accepted beside the types of Map.
func Marshal(properties Map) (*structpb.Struct, error) {
	result := &structpb.Struct{Fields: make(map[string]*structpb.Value, len(properties))}
	for key, value := range properties {
		marshalled, err := marshalValue(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		result.Fields[key] = marshalled
	}
	return result, nil
}

func marshalValue(value any) (*structpb.Value, error) {
	switch value := value.(type) {
	case Unknown:
		return structpb.NewStringValue(unknownString), nil
	case Secret:
		inner, err := marshalValue(value.Value)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
			signatureKey: structpb.NewStringValue(secretSignature),
			"value":      inner,
		}}), nil
	case map[string]any:
		object, err := Marshal(value)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(object), nil
	case []any:
		list := &structpb.ListValue{Values: make([]*structpb.Value, 0, len(value))}
		for index, element := range value {
			marshalled, err := marshalValue(element)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", index, err)
			}
			list.Values = append(list.Values, marshalled)
		}
		return structpb.NewListValue(list), nil
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return nil, fmt.Errorf("%v cannot be sent", value)
		}
		return structpb.NewNumberValue(value), nil
	default:
		return structpb.NewValue(value)
	}
}
