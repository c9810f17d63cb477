package main

import (
	"encoding/hex"
	"sort"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// functions is Sprig's table with the deviations of the reference engine: nothing that reads the environment or the
// network, a decoder for hexadecimal, and YAML. Keys and values of maps, whose order Go leaves open, come sorted here, as
// they do in the engine under test. Number conversion follows the version of spf13/cast that go.mod names.
func functions() template.FuncMap {
	table := sprig.TxtFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(table, name)
	}
	table["hexdec"] = func(text string) string {
		decoded, err := hex.DecodeString(text)
		if err != nil {
			return err.Error()
		}
		return string(decoded)
	}
	table["keys"] = sortedKeys
	table["values"] = valuesByKey
	table["filterPEM"] = filterPEM
	table["certSANs"] = certSANs
	table["rsaDecrypt"] = rsaDecrypt
	table["toYaml"] = toYAML
	table["fromYaml"] = fromYAML
	return table
}

func sortedKeys(dicts ...map[string]interface{}) []string {
	all := []string{}
	for _, dict := range dicts {
		keys := make([]string, 0, len(dict))
		for key := range dict {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		all = append(all, keys...)
	}
	return all
}

func valuesByKey(dict map[string]interface{}) []interface{} {
	values := []interface{}{}
	for _, key := range sortedKeys(dict) {
		values = append(values, dict[key])
	}
	return values
}

func toYAML(value interface{}) string {
	data, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	if n := len(data); n > 0 && data[n-1] == '\n' {
		data = data[:n-1]
	}
	return string(data)
}

func fromYAML(text string) map[string]interface{} {
	result := map[string]interface{}{}
	if err := yaml.Unmarshal([]byte(text), &result); err != nil {
		result["Error"] = err.Error()
	}
	return result
}
