#!/bin/bash
# lucene.sh - Lucene as a peer (see LucenePeer.java), on the newest of the JDKs that are installed; Lucene 10 wants 21
# or later. Stands beside the folder lucene.d that Maven built. With --find it prints the JDK's folder only, and fails
# if there is none.
set -u
version_of() { # JDK's folder -> its major version
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}
best='' best_version=20
for jdk in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/*; do
    version=$(version_of "$jdk")
    if [ -x "$jdk/bin/javac" ] && [ "${version:-0}" -gt "$best_version" ]; then
        best=$jdk best_version=$version
    fi
done
[ -n "$best" ] || { echo 'lucene: no JDK of version 21 or later' >&2 && exit 1; }
[ "${1-}" != --find ] || { echo "$best" && exit 0; }
here=$(dirname "$0")/lucene.d
exec "$best/bin/java" -Xmx2g -XX:+UseParallelGC --add-modules jdk.incubator.vector \
    --enable-native-access=ALL-UNNAMED -Djava.util.logging.config.file=/dev/null \
    -cp "$here/lucene-peer.jar:$here/lib/*" LucenePeer "$@"
