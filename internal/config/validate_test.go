package config

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

const hub = "sources:\n  - name: hub\n    type: connec\n    endpoint: https://x.example/api/v2\n    group: cld-1\n"

// TestMistakes holds each mistake to its place and to words that say what to do.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, x := range []mistake{
		{"empty", "", "is empty"},
		{"comments only", "# nothing\n", "is empty"},
		{"two documents", minimal + "---\nworkspace: x\n", "4:1: holds more than one YAML document"},
		{"not a mapping", "- a\n", "the file must be a mapping"},
		{"bad YAML", "sources: [1\n", "1:10: sequence end token ']' not found"},
		{"not UTF-8", "workspace: \xff\n", "is not UTF-8"},
		{"no source", "workspace: x\n", "`sources` is missing"},
		{"no source, null", "sources:\n", "`sources` is missing"},
		{"duplicate key", minimal + "workspace: a\nworkspace: b\n", `4:1: mapping key "workspace" already defined`},
		{"unknown key", minimal + "workspase: a\n", "3:1: unknown key `workspase`: did you mean `workspace`?"},
		{"far from any key", minimal + "zzzzzzzzz: a\n", "3:1: unknown key `zzzzzzzzz`: valid are `workspace`, `sources`"},
		{"unknown key below", minimal + "match:\n  people:\n    thresold: {auto: 0.9}\n", "5:5: unknown key `thresold`: did you mean `thresholds`?"},
		{"unknown key in a list", strings.Replace(minimal, "path:", "pat:", 1), "2:29: unknown key `pat`: did you mean `path`?"},
		{"unknown type", strings.Replace(minimal, "type: file", "type: fil", 1), "`type` cannot be \"fil\": did you mean `file`?"},
		{"no type", "sources:\n  - name: a\n", "2:5: `type` is missing: valid are `connec`, `file`, `links`"},
		{"no name", strings.Replace(minimal, "name: crm, ", "", 1), "lacks its `name`"},
		{"name with a slash", strings.Replace(minimal, "crm", "a/b", 1), "2:12: source name \"a/b\""},
		{"two of a name", minimal + "  - {name: crm, type: links, path: l.csv, collection: people}\n", "3:12: source name \"crm\" is taken by source number 1"},
		{"no path", strings.Replace(minimal, "path: people.ndjson, ", "", 1), "needs `path`"},
		{"no endpoint", strings.Replace(hub, "    endpoint: https://x.example/api/v2\n", "", 1), "2:5: a source of type `connec` needs `endpoint`"},
		{"key of another type", hub + "    path: x.csv\n", "6:5: `path` is not a key of sources of type `connec`"},
		{"plain http", strings.Replace(hub, "https:", "http:", 1), "4:15: `endpoint` must begin with https://"},
		{"userinfo", strings.Replace(hub, "https://", "https://u:canary@", 1), "4:15: `endpoint` must hold no user name"},
		{"group with a slash", strings.Replace(hub, "cld-1", "cld/1", 1), "5:12: group \"cld/1\""},
		{"collection", hub + "    collections: [People]\n", `6:19: collection "People"`},
		{"collection twice", hub + "    collections: [people, people]\n", "`people` is named twice"},
		{"no collection", hub + "    collections: []\n", "`collections` is empty"},
		{"page size", hub + "    page_size: 0\n", "6:16: `page_size` must be between 1 and 1000"},
		{"page size is no number", hub + "    page_size: many\n", "6:16: `page_size` must be a whole number"},
		{"concurrency", hub + "    concurrency: 65\n", "6:18: `concurrency` must be between"},
		{"negative rate", hub + "    rate: -1\n", "6:11: `rate` must not be negative"},
		{"an owner that is no source", hub + "merge: {owners: {email.address: hubb}}\n", "`email.address` cannot be \"hubb\": did you mean `hub`"},
		{"no day to undo", hub + "merge: {undo_days: 0}\n", "`undo_days` must be at least 1"},
		{"infinite rate", hub + "    rate: .inf\n", "6:11: `rate` must be a number"},
		{"rate is text", hub + "    rate: '3'\n", "`rate` must be a number"},
		{"the key itself", hub + "    credentials: {key: canary}\n", "6:19: `key`: credentials do not belong in this file"},
		{"the secret beside", hub + "    secret: canary\n", "key_env: ..., secret_env: ..."},
		{"the key for its name", hub + "    credentials: {key_env: canary-4711}\n", "6:28: `key_env` must be the name of an environment variable"},
		{"the key, letters and digits", hub + "    credentials: {key_env: canary9f3Ab27e}\n", "must be the name of an environment variable"},
		{"two places for credentials", hub + "    credentials: {file: x, key_env: A_KEY}\n", "6:5: `credentials` come from one place"},
		{"a file and a command", hub + "    credentials: {file: x, command: [pass]}\n", "`credentials` come from one place"},
		{"a command line", hub + "    credentials: {command: pass show canary}\n", "`command` must be a list"},
		{"a command without a name", hub + "    credentials: {command: [\"\", canary]}\n", "`command` must begin with a program's name"},
		{"no time for a command", hub + "    credentials: {command: [pass], timeout: 0}\n", "`timeout` must be above 0"},
		{"plain http to another host", strings.Replace(hub, "https:", "http:", 1) + "    allow_plain_http: y.example\n", "4:15: `endpoint` must begin with https://"},
		{"fields without id", strings.Replace(minimal, "collection: people", "collection: people, fields: {first_name: a}", 1), "`fields` needs `id`"},
		{"id lacks realm", strings.Replace(minimal, "collection: people", "collection: people, id: {provider: a, column: c}", 1), "`id` lacks its `realm`"},
		{"realm that is no text", strings.Replace(minimal, "collection: people", "collection: people, id: {provider: a, realm: 007, column: c}", 1), "`realm` is text: put its value in quotes"},
		{"column that is no text", strings.Replace(minimal, "collection: people", "collection: people, id: {provider: a, realm: b, column: yes}, fields: {first_name: true}", 1), "put its value in quotes"},
		{"field path", strings.Replace(minimal, "collection: people", "collection: people, id: {provider: a, realm: b, column: c}, fields: {\"first name\": x}", 1), `field path "first name"`},
		{"distinct", minimal + "providers: [{provider: a, distinct: forbit}]\n", "3:37: `distinct` cannot be \"forbit\": did you mean `forbid`?"},
		{"no provider", minimal + "providers: [{distinct: allow}]\n", "lacks its `provider`"},
		{"provider of the hub", minimal + "providers: [{provider: connec}]\n", "the hub's own provider"},
		{"provider twice", minimal + "providers: [{provider: a, realm: b}, {provider: a, realm: b}]\n", "has an entry already"},
		{"provider never reached", minimal + "providers: [{provider: a}, {provider: a, realm: b}]\n", "is never reached"},
		{"threshold above 1", minimal + "match: {people: {thresholds: {auto: 1.5}}}\n", "`auto` must be above 0 and at most 1"},
		{"threshold of 0", minimal + "match: {people: {thresholds: {review: 0}}}\n", "`review` must be above 0"},
		{"thresholds that fall", minimal + "match: {people: {thresholds: {auto: 0.6, review: 0.7}}}\n", "must rise: review (0.7) <= auto (0.6) <= attach (0.995)"},
		{"attach below auto", minimal + "match: {people: {thresholds: {auto: 0.9, attach: 0.8}}}\n", "must rise"},
		{"compare", minimal + "match: {people: {fields: [{name: a, path: a, compare: exakt}]}}\n", "`compare` cannot be \"exakt\": did you mean `exact`?"},
		{"via", minimal + "merge: {via: nativ}\n", "3:14: `via` cannot be \"nativ\": did you mean `native`?"},
		{"share", minimal + "merge: {max_share: 30}\n", "`max_share` must be above 0 and at most 1"},
		{"share of 0", minimal + "merge: {max_share: 0}\n", "`max_share` must be above 0 and at most 1"},
		{"hazard", minimal + "merge: {allow: [foriegn_id]}\n", "3:17: `allow` cannot be \"foriegn_id\": did you mean `foreign_id`?"},
		{"retire is no bool", minimal + "merge: {retire: yes please}\n", "`retire` must be true or false"},
		{"list for a key", minimal + "workspace: [a]\n", "3:1: `workspace` must be text"},
		{"text for a list", "sources: crm\n", "1:10: `sources` must be a list"},
		{"empty entry", "sources:\n  -\n", "an empty entry"},
		{"no such anchor", minimal + "workspace: *a\n", "alias `a`"},
		{"merge key", minimal + "merge:\n  <<: {via: native}\n", "merge keys (<<) are not used here"},
		{"tag", minimal + "workspace: !!str a\n", "tags are not used here"},
	} {
		checkMistake(t, x)
	}
}

func TestMistakesOfTheEngine(t *testing.T) {
	t.Parallel()
	for _, x := range []mistake{
		{"no such engine", minimal + "engine: {type: sparc}\n", "3:16: `type` cannot be \"sparc\": did you mean `spark`?"},
		{"no memory", minimal + "engine: {executor_memory: much}\n", "`executor_memory` must be a number of m or g"},
		{"no master", minimal + "engine: {master: \"sparc://host:7077\"}\n", "3:18: `master` must be a master of Spark's: local[*], spark://host:7077"},
		{"an empty master", minimal + "engine: {master: \"\"}\n", "`master` must be a master"},
		{"no core", minimal + "engine: {executor_cores: 0}\n", "`executor_cores` must be at least 1"},
		{"a pattern to share", minimal + "engine: {shared_folder: \"/mnt/a*\"}\n", "a sign that Spark takes for a pattern"},
		{"no time for the cluster", minimal + "engine: {wait: 119}\n", "`wait` must be at least 120"},
		{"a Spark that says nothing", minimal + "engine: {conf: {spark.ui.showConsoleProgress: \"false\"}}\n", "`spark.ui.showConsoleProgress` must be true"},
		{"a Spark that takes no escapes", minimal + "engine: {conf: {spark.sql.parser.escapedStringLiterals: \"true\"}}\n", "`spark.sql.parser.escapedStringLiterals` must be false"},
		{"a secret for Spark", minimal + "engine: {conf: {spark.hadoop.fs.s3a.secret.key: canary}}\n", "3:17: `spark.hadoop.fs.s3a.secret.key` holds a credential"},
		{"a key's name for Spark", minimal + "engine: {conf: {spark.executorEnv.AWS_ACCESS_KEY_ID: canary}}\n", "`spark.executorEnv.AWS_ACCESS_KEY_ID` holds a credential"},
		{"a private key for Spark", minimal + "engine: {conf: {spark.hadoop.fs.gs.auth.service.account.private.key: canary}}\n", "holds a credential"},
		{"a signature for Spark", minimal + "engine: {conf: {spark.hadoop.fs.azure.sas.container.account: canary}}\n", "holds a credential"},
		{"a key to encrypt by", minimal + "engine: {conf: {spark.hadoop.fs.s3a.encryption.key: canary}}\n", "holds a credential"},
		{"a password among options", minimal + "engine: {conf: {spark.driver.extraJavaOptions: \"-Djavax.net.ssl.keyStorePassword=canary\"}}\n", "holds a credential"},
		{"a key of the account myprofile", minimal + "engine: {conf: {spark.hadoop.fs.azure.account.key.myprofile: canary}}\n", "holds a credential"},
		{"a key of the account file", minimal + "engine: {conf: {spark.hadoop.fs.azure.account.key.file: canary}}\n", "holds a credential"},
		{"a signature of the account path", minimal + "engine: {conf: {spark.hadoop.fs.azure.sas.container.path: canary}}\n", "holds a credential"},
		{"a password by the type", minimal + "engine: {conf: {spark.hadoop.my.passwordtype: canary}}\n", "holds a credential"},
		{"a key of a store", minimal + "engine: {conf: {spark.executorEnv.AZURE_STORAGE_KEY: canary}}\n", "`spark.executorEnv.AZURE_STORAGE_KEY` holds a credential"},
		{"a key in another spelling", minimal + "engine: {conf: {spark.hadoop.my.storageKey: canary}}\n", "holds a credential"},
		{"a pass of a database", minimal + "engine: {conf: {spark.executorEnv.DB_PASS: canary}}\n", "holds a credential"},
		{"a way to connect", minimal + "engine: {conf: {spark.executorEnv.AZURE_STORAGE_CONNECTION_STRING: canary}}\n", "holds a credential"},
		{"a pass among options", minimal + "engine: {conf: {spark.driver.extraJavaOptions: \"-Ddb.pass=canary\"}}\n", "holds a credential"},
		{"a signature in a URI", minimal + "engine: {conf: {spark.jars: \"https://host/a.jar?sv=1&sig=canary\"}}\n", "holds a credential"},
		{"a password of the master", minimal + "engine: {master: \"k8s://https://me:canary@host:443\"}\n", "3:18: `master` holds a credential"},
		{"a token of the master", minimal + "engine: {master: \"k8s://https://canary@host:443\"}\n", "`master` holds a credential"},
		{"a password in a URI", minimal + "engine: {shared_folder: \"s3a://key:canary@bucket/folder\"}\n", "`shared_folder` holds a credential"},
		{"a setting of something else", minimal + "engine: {conf: {hive.exec: \"1\"}}\n", "`hive.exec` is no setting of Spark"},
	} {
		checkMistake(t, x)
	}
}

// mistake is a file and what its error has to say.
type mistake struct{ name, text, want string }

func checkMistake(t *testing.T, x mistake) {
	t.Helper()
	_, err := load(t, x.text)
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), x.want) {
		t.Errorf("%s: got %v, want %q", x.name, err, x.want)
		return
	}
	if !strings.HasPrefix(err.Error(), e.Path) || filepath.Base(e.Path) != "sameas.yaml" {
		t.Errorf("%s: the error does not begin with the file: %v", x.name, err)
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("%s: a credential stands in the error: %v", x.name, err)
	}
}

// TestPlacesOfCredentialsAreNone: what only says where a credential lies, or how it is got, may stand in the file.
func TestPlacesOfCredentialsAreNone(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{
		"spark.hadoop.hadoop.security.credential.provider.path: jceks://hdfs/user/keys.jceks",
		"spark.hadoop.fs.s3a.aws.credentials.provider: com.example.Provider",
		"spark.kubernetes.authenticate.driver.oauthTokenFile: /run/token",
		"spark.executor.extraJavaOptions: -XX:+UseG1GC",
		"spark.executorEnv.AWS_WEB_IDENTITY_TOKEN_FILE: /run/token",
		"spark.hadoop.fs.azure.sas.token.provider.type: com.example.Provider",
		"spark.ssl.keyPasswordAlias: spark",
		"spark.sql.parser.escapedStringLiterals: \"false\"",
		"spark.executorEnv.BYPASS: \"1\"",
		"spark.executorEnv.MONKEY: \"1\"",
	} {
		if _, err := load(t, minimal+"engine: {conf: {"+setting+"}}\n"); err != nil {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// TestEveryMistakeIsTold lists several at once, in the file's order.
func TestEveryMistakeIsTold(t *testing.T) {
	t.Parallel()
	_, err := load(t, hub+"    page_size: 0\n    rate: -1\nmerge:\n  via: x\n  max_share: 2\n")
	var e *Error
	if !errors.As(err, &e) || len(e.Problems) != 4 {
		t.Fatalf("got %v", err)
	}
	for i, line := range []int{6, 7, 9, 10} {
		if e.Problems[i].Line != line {
			t.Errorf("problem %d is on line %d, want %d", i, e.Problems[i].Line, line)
		}
	}
}

// FuzzLoad: whatever the file, a configuration that its own validation accepts, or an error; never a crash.
func FuzzLoad(f *testing.F) {
	f.Add(string(Template(Hub{})))
	f.Add(minimal)
	f.Add("a: &a [*a]\n")
	f.Add("sources: &s\n  - {name: *s}\n")
	f.Add("? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("sameas.yaml", []byte(text))
		if err != nil {
			return
		}
		if len(c.Sources) == 0 || c.Workspace == "" || c.Digest(StagePlan) == "" {
			t.Errorf("accepted %q as %+v", text, c)
		}
	})
}
