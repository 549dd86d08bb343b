package spark

import (
	"os"
	"path/filepath"
	"testing"
)

// filesScript plays Hadoop's file commands, for URIs of files; it wants the setting that the configuration has for them.
const filesScript = `#!/bin/sh
[ -f "$HADOOP_CONF_DIR/core-site.xml" ] && [ -f "$HADOOP_CONF_DIR/hdfs-site.xml" ] || exit 7
[ "$1 $2 $3" = "org.apache.hadoop.fs.FsShell -D some.key=some value" ] || exit 9
shift 3
case $1 in
-mkdir) mkdir -p "${3#file://}" ;;
-put) cp -r "$2" "${3#file://}" ;;
-get) cp -r "${2#file://}" "$3" ;;
-rm) rm -rf "${5#file://}" ;;
-ls) for f in "${3#file://}"/*; do echo "file://$f"; done ;;
-test) test -e "${3#file://}" ;;
*) exit 8 ;;
esac
`

// filesLauncher is a launcher with the file commands beside it.
func filesLauncher(t *testing.T, mode string) string {
	t.Helper()
	launcher := launcherOf(t, mode)
	if err := os.WriteFile(filepath.Join(filepath.Dir(launcher), "spark-class"), []byte(filesScript), 0o700); err != nil {
		t.Fatal(err)
	}
	return launcher
}
