package provider

import (
	"reflect"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func TestPropertiesSurviveTheWire(t *testing.T) {
	properties := Map{
		"null": nil, "flag": true, "number": 1.5, "text": "x", "list": []any{"a", Unknown{}},
		"secret": Secret{Map{"key": "value"}}, "unknown": Unknown{}, "unknownSecret": Secret{Unknown{}},
	}
	sent, err := Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	if received := Unmarshal(sent); !reflect.DeepEqual(received, properties) {
		t.Errorf("sent %v, received %v", properties, received)
	}
}

func TestUnmarshalKnowsOutputs(t *testing.T) {
	cases := map[string]struct {
		fields map[string]any
		want   any
	}{
		"known":          {map[string]any{"value": "x"}, "x"},
		"known secret":   {map[string]any{"value": "x", "secret": true}, Secret{"x"}},
		"unknown":        {map[string]any{}, Unknown{}},
		"unknown secret": {map[string]any{"secret": true}, Secret{Unknown{}}},
	}
	for name, test := range cases {
		test.fields[signatureKey] = outputSignature
		output, err := structpb.NewStruct(map[string]any{"output": test.fields})
		if err != nil {
			t.Fatal(err)
		}
		if got := Unmarshal(output)["output"]; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestMarshalNamesThePathOfWhatItCannotSend(t *testing.T) {
	_, err := Marshal(Map{"list": []any{0.0, make(chan int)}})
	if err == nil || err.Error() != "list: [1]: proto: invalid type: chan int" {
		t.Errorf("got %v", err)
	}
}

func TestPlainTakesMarksAwayAtAnyDepth(t *testing.T) {
	marked := Map{"a": Secret{Map{"b": []any{Secret{"x"}, Unknown{}}}}}
	want := Map{"a": Map{"b": []any{"x", Unknown{}}}}
	if got := PlainMap(marked); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !HasSecret(marked) || HasSecret(want) || !HasUnknown(marked) || HasUnknown(Map{"a": "x"}) {
		t.Error("marks are not found, or found where there are none")
	}
}

func TestAnnotateSecretsMarksTheSamePlaces(t *testing.T) {
	value := Map{"a": "x", "b": Map{"c": "y"}, "list": []any{"1", "2", "3"}, "kept": Secret{"z"}}
	model := Map{"a": Secret{"?"}, "b": Map{"c": Secret{"?"}}, "list": []any{"?", Secret{"?"}}, "kept": Secret{"?"}}
	want := Map{
		"a": Secret{"x"}, "b": Map{"c": Secret{"y"}}, "list": []any{"1", Secret{"2"}, "3"}, "kept": Secret{"z"},
	}
	if got := AnnotateSecrets(value, model); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEngineAddressIsTheLastArgumentThatIsNoFlag(t *testing.T) {
	if got := engineAddress([]string{"-v=9", "127.0.0.1:1", "--logtostderr"}); got != "127.0.0.1:1" {
		t.Errorf("got %q", got)
	}
}
