package extract

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/assay-sca/assay/internal/errs"
)

// text checks that a file is text and returns it as UTF-8 without a byte-order
// mark. What is no text, or not the file itself, is refused with the reason that
// a person needs.
func text(data []byte) (_ []byte, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		data, err = fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		data, err = fromUTF16(data[2:], binary.BigEndian)
	}
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/")) {
		return nil, errors.New("a Git LFS pointer, not the file itself: run `git lfs pull` first")
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return nil, errs.AtLine(lineAt(data, at), "binary data, not text")
	}
	if !utf8.Valid(data) {
		return nil, errs.AtLine(lineAt(data, firstInvalid(data)), "not UTF-8 text")
	}
	if at := conflict(data); at >= 0 {
		return nil, errs.AtLine(lineAt(data, at), "a merge conflict is not resolved here")
	}
	return data, nil
}

// fromUTF16 reads what some Windows shells write.
func fromUTF16(data []byte, order binary.ByteOrder) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, errors.New("not UTF-16 text: an odd number of bytes")
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	text := utf16.Decode(units)
	for i, lines, pairs := 0, 1, 0; i < len(text); i++ {
		switch r := text[i]; {
		case r == '\n':
			lines++
		case r > 0xffff:
			pairs++
		case r == utf8.RuneError && units[i+pairs] != utf8.RuneError:
			return nil, errs.AtLine(lines, "not UTF-16 text: half a pair of surrogates")
		}
	}
	return []byte(string(text)), nil
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// conflict finds the first marker that git leaves in a file, at the beginning of
// a line; somebody may have taken out the others. The one in the middle, a line
// of "=======", is no evidence: texts underline their headings so.
func conflict(data []byte) int {
	first := -1
	for _, marker := range []string{"<<<<<<< ", ">>>>>>> "} {
		if bytes.HasPrefix(data, []byte(marker)) {
			return 0
		}
		if at := bytes.Index(data, []byte("\n"+marker)); at >= 0 && (first < 0 || at < first) {
			first = at + 1
		}
	}
	return first
}

func lineAt(data []byte, offset int) int {
	return 1 + bytes.Count(data[:offset], []byte{'\n'})
}
