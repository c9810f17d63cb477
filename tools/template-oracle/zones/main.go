// Command zones prints the table of libs/template/src/time/zone-names.ts: all zones that Go knows, with the abbreviations
// of their offsets (1950 to 2037, in minutes east of UTC). Offsets whose abbreviation is the offset itself are left out.
//
//	go run ./zones
package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// abbreviations gives `CET+60 CEST+120`, with seconds where an offset is no whole number of minutes.
func abbreviations(zone *time.Location) string {
	latest := map[int]string{}
	end := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); at = at.Add(5 * 24 * time.Hour) {
		name, offset := at.In(zone).Zone()
		latest[offset] = name
	}
	offsets := []int{}
	for offset, name := range latest {
		if name[0] != '+' && name[0] != '-' {
			offsets = append(offsets, offset)
		}
	}
	sort.Ints(offsets)
	parts := []string{}
	for _, offset := range offsets {
		if offset%60 == 0 {
			parts = append(parts, fmt.Sprintf("%s%+d", latest[offset], offset/60))
		} else {
			parts = append(parts, fmt.Sprintf("%s%+ds", latest[offset], offset))
		}
	}
	return strings.Join(parts, " ")
}

func main() {
	archive, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib/time/zoneinfo.zip"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	groups := map[string][]string{}
	for _, file := range archive.File {
		if zone, err := time.LoadLocation(file.Name); err == nil && !strings.HasSuffix(file.Name, "/") {
			key := abbreviations(zone)
			groups[key] = append(groups[key], file.Name)
		}
	}
	keys := []string{}
	for key := range groups {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		sort.Strings(groups[key])
		fmt.Printf("  '%s|%s',\n", key, strings.Join(groups[key], " "))
	}
}
