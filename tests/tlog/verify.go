// SPDX-License-Identifier: Apache-2.0

// Verifies a log of `lictor seal` with Go's own golang.org/x/mod/sumdb: note opens the checkpoint,
// tlog reads every leaf out of the tiles, proves each of some entries and an older tree, and hashes
// every entry of every bundle. Usage: verify FOLDER VKEY [OLDER-CHECKPOINT].
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type folder string

func (folder) Height() int { return height }

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

// number is N of a tile as folders of three digits.
func number(n int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	return text
}

// read gives a tile, or the beginning of the full one that replaced it.
func (at folder) read(level string, n int64, width int) ([]byte, bool, error) {
	path := filepath.Join(string(at), "tile", level, number(n))
	if width < 1<<height {
		data, err := os.ReadFile(fmt.Sprintf("%s.p/%d", path, width))
		if err == nil {
			return data, false, nil
		}
	}
	data, err := os.ReadFile(path)
	return data, true, err
}

func (at folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, _, err := at.read(fmt.Sprint(tile.L), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %v has %d bytes", tile, len(data))
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

// leaves hashes the entries of all bundles.
func (at folder) leaves(size int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		data, _, err := at.read("entries", n, int(width))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d is cut in entry %d", n, i)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, tlog.RecordHash(data[2:end]))
			data = data[end:]
		}
	}
	return all, nil
}

func open(path, vkey string) (tlog.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 3 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q is not %q", lines[0], verifier.Name())
	}
	// tlog's own form of a tree has another first line.
	return tlog.ParseTree([]byte("go.sum database tree\n" + strings.Join(lines[1:], "\n")))
}

func verify(at folder, vkey, older string) error {
	tree, err := open(filepath.Join(string(at), "checkpoint"), vkey)
	if err != nil {
		return err
	}
	leaves, err := at.leaves(tree.N)
	if err != nil {
		return err
	}
	if tree.N == 0 {
		return nil
	}
	reader := tlog.TileHashReader(tree, at)
	step := 1 + tree.N/500
	for i := int64(0); i < tree.N; i++ {
		if i%step != 0 && i != tree.N-1 {
			continue
		}
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaves[i]); err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
	}
	for n := int64(0); n < tree.N; n++ {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		if err != nil || hashes[0] != leaves[n] {
			return fmt.Errorf("entry %d is not what its tile says: %v", n, err)
		}
		if tree.N > 2000 {
			n += 61
		}
	}
	if older == "" {
		return nil
	}
	old, err := open(older, vkey)
	if err != nil || old.N == 0 {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

func main() {
	older := ""
	if len(os.Args) > 3 {
		older = os.Args[3]
	}
	if err := verify(folder(os.Args[1]), os.Args[2], older); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
