package spark

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThroughAURI(t *testing.T) {
	t.Parallel()
	town := newTown(300, 11)
	launcher := filesLauncher(t, "works")
	shared := t.TempDir()
	o := options(t, launcher, 3)
	o.Engine.SharedFolder, o.Engine.Conf = "file://"+shared, map[string]string{"spark.hadoop.some.key": "some value"}
	for range 2 { // the second time the result is fetched
		got, err := town.on(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		sameResult(t, got, town.scanned())
	}
	left, err := filepath.Glob(filepath.Join(shared, "sameas-*", "people-score", "*"))
	if err != nil || len(left) != 1 || !strings.Contains(left[0], outPrefix) {
		t.Errorf("in the shared folder there is %q, want the result alone", left)
	}
}

// TestSettingsOfTheUsersAreNotHidden has a core-site.xml wherever Spark looks for one. It sets the environment, so that no
// other test runs beside it.
func TestSettingsOfTheUsersAreNotHidden(t *testing.T) {
	const users = "<configuration><!-- the user's --></configuration>\n"
	for _, x := range []struct{ name, variable, env string }{
		{name: "Hadoop's", variable: "HADOOP_CONF_DIR"},
		{name: "YARN's", variable: "YARN_CONF_DIR"},
		{name: "a Spark without Hadoop", variable: distClassPath},
		{name: "Spark's own"},
		{name: "spark-env.sh", env: "export HADOOP_CONF_DIR=${HADOOP_CONF_DIR:-%s}\n"},
		{name: "spark-env.sh of a Spark without Hadoop", env: "export SPARK_DIST_CLASSPATH=${SPARK_DIST_CLASSPATH:-%s}\n"},
		{name: "spark-env.sh of something else", variable: "YARN_CONF_DIR", env: "export JAVA_HOME=%s\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			for _, variable := range []string{"SPARK_HOME", "SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR", distClassPath} {
				t.Setenv(variable, "")
			}
			s := &scan{Engine: &Engine{launcher: launcher{path: filesLauncher(t, "works")}}, folder: t.TempDir()}
			s.options.Engine.Conf = map[string]string{"spark.hadoop.some.key": "some value"}
			conf := filepath.Join(filepath.Dir(filepath.Dir(s.launcher.path)), "conf")
			where := t.TempDir()
			if x.variable == "" && x.env == "" {
				where = conf
			}
			if x.variable != "" {
				t.Setenv(x.variable, where)
			}
			write(t, filepath.Join(where, "core-site.xml"), users)
			if x.env != "" {
				write(t, filepath.Join(conf, "spark-env.sh"), fmt.Sprintf(x.env, where))
			}
			if strings.Contains(x.env, distClassPath) {
				write(t, filepath.Join(where, "hdfs-site.xml"), users)
			}
			if got, err := s.tell(t.Context(), "-settings"); err != nil || got != users {
				t.Errorf("the file commands take %q, %v, want the user's settings", got, err)
			}
		})
	}
}

// write writes a file and the folder that it lies in.
func write(t *testing.T, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestInASharedFolder(t *testing.T) {
	t.Parallel()
	town := newTown(300, 12)
	o := options(t, launcherOf(t, "works"), 3)
	o.Engine.SharedFolder = t.TempDir()
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
	folders, beyond := Folders(o.Engine, o.Folder)
	if len(folders) != 2 || len(beyond) > 0 || folders[0] != o.Folder || filepath.Dir(folders[1]) != o.Engine.SharedFolder {
		t.Errorf("the folders of the jobs are %q", folders)
	}
}

// TestAnotherShareIsHandedTheRecordsAnew fails in one shared folder, whatever its kind, and goes on in another.
func TestAnotherShareIsHandedTheRecordsAnew(t *testing.T) {
	t.Parallel()
	town := newTown(300, 14)
	want := town.scanned()
	for name, prefixes := range map[string][2]string{"folders": {"", ""}, "to a URI": {"", "file://"}, "from a URI": {"file://", ""}, "URIs": {"file://", "file://"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := t.TempDir(), t.TempDir()
			o := options(t, filesLauncher(t, "elsewhere"), 3)
			o.Engine.Conf = map[string]string{"spark.hadoop.some.key": "some value"}
			o.Engine.SharedFolder = prefixes[0] + first
			if _, err := town.on(t.Context(), o); err == nil || !strings.Contains(err.Error(), "engine.shared_folder must be one folder") && prefixes[0] == "" {
				t.Fatalf("got %v", err)
			}
			if len(below(t, first, recordsFolder)) != 1 {
				t.Fatal("nothing was handed over: nothing is tried")
			}
			o.Engine.SharedFolder, o.Engine.Launcher = prefixes[1]+second, filesLauncher(t, "works")
			here, beyond := Folders(o.Engine, o.Folder)
			if places := strings.Join(append(here, beyond...), "\n"); !strings.Contains(places, prefixes[0]+first) {
				t.Errorf("a purge would know %q, and not the place of before", places)
			}
			got, err := town.on(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			sameResult(t, got, want)
			if left := below(t, first, "*"); len(left) > 0 {
				t.Errorf("in the folder of before there is %q", left)
			}
			if left := below(t, second, "*"); len(left) != 1 || !strings.Contains(left[0], outPrefix) {
				t.Errorf("in the folder there is %q, want the result alone", left)
			}
		})
	}
}

// below is what lies in a scan's place in a shared folder.
func below(t *testing.T, shared, name string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(shared, "sameas-*", "people-score", name))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAPlaceThatIsGoneIsKeptForAPurge has the shared folder of before unmounted.
func TestAPlaceThatIsGoneIsKeptForAPurge(t *testing.T) {
	t.Parallel()
	town := newTown(300, 15)
	first := filepath.Join(t.TempDir(), "mounted")
	if err := os.Mkdir(first, 0o700); err != nil {
		t.Fatal(err)
	}
	o := options(t, launcherOf(t, "killed"), 3)
	o.Engine.SharedFolder = first
	if _, err := town.on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	if err := os.Rename(first, first+" no more"); err != nil {
		t.Fatal(err)
	}
	o.Engine.SharedFolder, o.Engine.Launcher = t.TempDir(), launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
	if err := os.Rename(first+" no more", first); err != nil {
		t.Fatal(err)
	}
	if here, _ := Folders(o.Engine, o.Folder); len(here) != 3 || filepath.Dir(here[2]) != first {
		t.Errorf("a purge knows %q", here)
	}
}

// TestRecordsThatAreGoneAreHandedOverAnew empties the shared folder between two runs.
func TestRecordsThatAreGoneAreHandedOverAnew(t *testing.T) {
	t.Parallel()
	town := newTown(300, 16)
	o := options(t, launcherOf(t, "killed"), 3)
	o.Engine.SharedFolder = t.TempDir()
	if _, err := town.on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	for _, place := range below(t, o.Engine.SharedFolder, recordsFolder) {
		if err := os.RemoveAll(place); err != nil {
			t.Fatal(err)
		}
	}
	o.Engine.Launcher = launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
}

func TestRecordsBesideTheWorkspaceAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	o := options(t, launcherOf(t, "killed"), 3)
	if _, err := newTown(100, 18).on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(o.Folder, "people-score", recordsFolder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may see %s: %s", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files, %v", files, err)
	}
}
