package reports

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// fillHostile writes the report of a hostile workspace.
func fillHostile(t testing.TB, values []string) string {
	t.Helper()
	dir, _ := write(t, hostileWorkspace(t, values))
	return dir
}

// hostileWorkspace holds the values in every text that comes from outside.
func hostileWorkspace(t testing.TB, values []string) *sql.DB {
	t.Helper()
	db := handMade(t)
	for i, v := range values {
		rid := 100 + i
		key := fmt.Sprintf("my-application/2243/h%03d", i)
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, status, code, title, first_name, last_name, name, emails, mobiles, landlines, work_phones, websites, addresses, extra, content_hash, raw)
			VALUES ($1, 'crm', 'people', $2, 'my-application', '2243', $3, false, $4, $4, $4, $4, $4, $4, [$4], [$4], [$4], [$4], [$4], [{'kind': 'a', 'line1': $4, 'line2': '', 'city': '', 'region': '', 'postal_code': '', 'country': ''}], MAP {'k': $4}, 'h', '{}')`,
			rid, key, fmt.Sprintf("h%03d", i), v)
		execute(t, db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES ($1, 'people', 'p', 'r', $2, 0)`, rid, v)
		execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $3, 'auto', $3)`, rid, key, fmt.Sprintf("people-h%02d", i/2))
		execute(t, db, `INSERT INTO conflicts (collection, kind, cluster_id, key_a, key_b, provider, realm, detail) VALUES ('people', 'veto', $1, $2, $3, $3, $3, $3)`, fmt.Sprintf("people-h%02d", i/2), key, v)
		execute(t, db, `INSERT INTO operations (plan_id, op_id, seq, level, type, collection, cluster_id, target_key, method, path, body, hazards, reason, operation)
			VALUES ('abc', $1, $2, 0, 'attach', 'people', $3, $4, 'PUT', $4, $4, [$4], $4, '{}')`, fmt.Sprintf("op-h%d", i), 100+i, fmt.Sprintf("people-h%02d", i/2), v)
		execute(t, db, `INSERT INTO operation_fields (plan_id, op_id, cluster_id, collection, field, before, after, winner_key, rule, losing, conflict)
			VALUES ('abc', $1, $2, 'people', 'first_name', $3, $3, $3, $3, $3, true)`, fmt.Sprintf("op-h%d", i), fmt.Sprintf("people-h%02d", i/2), v)
	}
	execute(t, db, `UPDATE extractions SET doubt = $1 WHERE status = 'in_doubt'`, strings.Join(values[:20], " "))
	return db
}

func TestHostileValuesComeBackFromCSV(t *testing.T) {
	t.Parallel()
	values := hostile()
	dir := fillHostile(t, values)
	for _, f := range csvSet() {
		table(t, dir, f.name)
	}
	found := map[string]bool{}
	for _, row := range table(t, dir, "conflicts")[1:] {
		found[Restore(row[len(row)-1])] = true
	}
	for _, v := range values {
		if !found[strings.ReplaceAll(v, "\r\n", "\n")] && !found[v] {
			t.Errorf("%.40q is not in conflicts.csv", v)
		}
	}
}

// The page must hold the same elements whatever stands in the records: no value becomes markup.
func TestHostileValuesAreTextInThePage(t *testing.T) {
	t.Parallel()
	values := hostile()
	page := readText(t, filepath.Join(fillHostile(t, values), "report.html"))
	checkElements(t, page, values)
	for _, hidden := range []string{"\x00", "\u202e", "\u2028", "\ufeffx"} {
		if strings.Contains(page, hidden) {
			t.Errorf("the page holds %q as it is", hidden)
		}
	}
	for _, shown := range []string{"[U+202E]gnp.exe", "[U+0000]", "9600 more characters"} {
		if !strings.Contains(page, strings.ReplaceAll(shown, "+", "&#43;")) {
			t.Errorf("the page does not show %s", shown)
		}
	}
	if regexp.MustCompile(`x{500}`).MatchString(page) {
		t.Error("a value of 10,000 characters stands whole in the page")
	}
}

// checkElements holds the elements of the page against those that tame values make.
func checkElements(t *testing.T, page string, values []string) {
	t.Helper()
	tame := make([]string, len(values))
	for i, v := range values {
		if v != "" {
			tame[i] = "x"
		}
	}
	allowed := elements(t, readText(t, filepath.Join(fillHostile(t, tame), "report.html")))
	for name := range elements(t, page) {
		if !allowed[name] {
			t.Errorf("the page holds %s, which tame values do not make", name)
		}
	}
}

// Values put together at random, from what begins, ends or hides markup, scripts, comments and formulas, are text in the page
// and in its data, and come back from CSV.
func TestRandomValuesAreTextEverywhere(t *testing.T) {
	t.Parallel()
	parts := []string{"<", ">", "</", "/>", "script", "style", "noscript", "<!--", "-->", "]]>", "\"", "'", "`", "&", "&lt;", "&#60;", "=", "+", "-", "@", "|", ",", ";", " ", "\t", "\r", "\n",
		"\x00", "\x1f", "\u2028", "\u202e", "\u200b", "\ufeff", "\uff1d", "onload=", "javascript:", "svg", "é", "李", "a", "0", "{{", "}}", "${"}
	dice := rand.New(rand.NewPCG(3, 9))
	values := make([]string, 120)
	for i := range values {
		for range 1 + dice.IntN(9) {
			values[i] += parts[dice.IntN(len(parts))]
		}
	}
	dir := fillHostile(t, values)
	page := readText(t, filepath.Join(dir, "report.html"))
	checkElements(t, page, values)
	if at := strings.IndexFunc(strings.ReplaceAll(page, "\n", ""), hides); at >= 0 {
		t.Errorf("the page holds hidden characters: %.80q", strings.ReplaceAll(page, "\n", "")[max(0, at-40):])
	}
	found := map[string]bool{}
	for _, row := range table(t, dir, "conflicts")[1:] {
		checkNeutral(t, Restore(row[len(row)-1]))
		found[Restore(row[len(row)-1])] = true
	}
	for _, v := range values {
		if !found[strings.ReplaceAll(v, "\r\n", "\n")] {
			t.Errorf("%q is not in conflicts.csv", v)
		}
	}
}

// The packed data must be plain JSON in which nothing hides either.
func TestHostileValuesInPackedData(t *testing.T) {
	t.Parallel()
	page := readText(t, filepath.Join(fillHostile(t, hostile()), "report.html"))
	blocks := regexp.MustCompile(`<script type="application/octet-stream" id="([a-z0-9-]+)">([^<]*)</script>`).FindAllStringSubmatch(page, -1)
	cards := 0
	for _, b := range blocks {
		text := unpack(t, b[2])
		if strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), hides) {
			at := strings.IndexFunc(strings.ReplaceAll(text, "\n", ""), hides)
			t.Errorf("block %s holds hidden characters: %.80q", b[1], strings.ReplaceAll(text, "\n", "")[max(0, at-40):])
		}
		if strings.HasPrefix(b[1], "chunk-") {
			var chunk []card
			if err := json.Unmarshal([]byte(text), &chunk); err != nil {
				t.Fatalf("block %s: %v", b[1], err)
			}
			cards += len(chunk)
		}
	}
	if want := 2 + (len(hostile())+1)/2; cards != want {
		t.Errorf("the page holds %d cards, want %d", cards, want)
	}
}

func unpack(t testing.TB, text string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if !gz.ModTime.IsZero() {
		t.Error("a block carries a time")
	}
	plain, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// elements are the names of all elements of a page with the names of their attributes, those in noscript too.
func elements(t testing.TB, page string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(strings.NewReplacer("<noscript>", "<div>", "</noscript>", "</div>").Replace(page)))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() == io.EOF {
				return all
			}
			t.Fatal(z.Err())
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			name := token.Data
			for _, a := range token.Attr {
				name += " " + a.Key
			}
			all[name] = true
		case html.CommentToken:
			all["comment"] = true
		}
	}
}
