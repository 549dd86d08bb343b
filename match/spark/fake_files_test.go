package spark

import (
	"os"
	"path/filepath"
	"testing"
)

// filesScript plays Hadoop's file commands, for URIs of files; it wants the setting that the configuration has for them. As
// Spark does, it reads spark-env.sh, and takes of each file of settings the first in the class path, which must be there.
const filesScript = `#!/bin/sh
conf=$(dirname "$0")/../conf
[ -f "$conf/spark-env.sh" ] && . "$conf/spark-env.sh"
path=$conf:$HADOOP_CONF_DIR:$YARN_CONF_DIR:$SPARK_DIST_CLASSPATH
first() {
	IFS=:
	for folder in $path; do
		[ -n "$folder" ] && [ -f "$folder/$1" ] && echo "$folder/$1" && return
	done
	echo "$1 not found" >&2
	exit 7
}
core=$(first core-site.xml) && first hdfs-site.xml >/dev/null || exit 7
[ "$1 $2 $3" = "org.apache.hadoop.fs.FsShell -D some.key=some value" ] || exit 9
shift 3
case $1 in
-mkdir) mkdir -p "${3#file://}" ;;
-put) cp -r "$2" "${3#file://}" ;;
-get) cp -r "${2#file://}" "$3" ;;
-rm) rm -rf "${5#file://}" ;;
-ls) for f in "${3#file://}"/*; do echo "file://$f"; done ;;
-settings) cat "$core" ;;
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
