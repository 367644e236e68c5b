// Package harness starts built Assay servers for tests and measurements and speaks
// to them as people and programs do: by HTTP. It knows nothing of their insides.
package harness
