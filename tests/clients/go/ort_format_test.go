// SPDX-License-Identifier: MIT
// Models in ONNX Runtime's own format; runs among the binding's own tests, with their helpers.

package onnxruntime_go

import (
	"os"
	"path/filepath"
	"testing"
)

func runAdd(t *testing.T, create func(inputs, outputs []Value, options *SessionOptions) (*AdvancedSession, error)) {
	a, e := NewTensor(NewShape(1, 3), []float32{1, 2, 3})
	if e != nil {
		t.Fatal(e)
	}
	defer a.Destroy()
	product := newTestTensor[float32](t, NewShape(1, 3))
	defer product.Destroy()
	options, e := NewSessionOptions()
	if e != nil {
		t.Fatal(e)
	}
	defer options.Destroy()
	if e = options.AddSessionConfigEntry("session.load_model_format", "ORT"); e != nil {
		t.Fatal(e)
	}
	for _, each := range []*SessionOptions{nil, options} {
		session, e := create([]Value{a, a}, []Value{product}, each)
		if e != nil {
			t.Fatal(e)
		}
		if e = session.Run(); e != nil {
			t.Fatal(e)
		}
		session.Destroy()
		if e = allFloatsEqual(product.GetData(), []float32{1, 4, 9}); e != nil {
			t.Fatal(e)
		}
	}
}

func TestOrtFormat(t *testing.T) {
	InitializeRuntime(t)
	defer CleanupRuntime(t)
	path := filepath.Join(os.Getenv("KANTE_MODELS"), "add.ort")
	names, results := []string{"a", "b"}, []string{"product"}
	runAdd(t, func(inputs, outputs []Value, options *SessionOptions) (*AdvancedSession, error) {
		return NewAdvancedSession(path, names, results, inputs, outputs, options)
	})
	bytes, e := os.ReadFile(path)
	if e != nil {
		t.Fatal(e)
	}
	runAdd(t, func(inputs, outputs []Value, options *SessionOptions) (*AdvancedSession, error) {
		return NewAdvancedSessionWithONNXData(bytes, names, results, inputs, outputs, options)
	})
	metadata, e := GetModelMetadata(path)
	if e != nil {
		t.Fatal(e)
	}
	defer metadata.Destroy()
	if author, _, e := metadata.LookupCustomMetadataMap("author"); e != nil || author != "somebody" {
		t.Fatalf("the author is '%s', %v", author, e)
	}
	if _, e = NewDynamicAdvancedSessionWithONNXData(bytes[:len(bytes)/2], names, results, nil); e == nil {
		t.Fatal("half a model was loaded")
	}
}
