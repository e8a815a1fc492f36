# What cannot be read keeps its documents, as nothing says that it is gone. Root can read everything: it becomes another
# user, in a folder that this one reaches.
place=$(mktemp -d /tmp/ft-unreadable-XXXXXX)
trap 'chmod -R u+rwx "$place"; rm -rf "$place"' EXIT
cp "$(command -v ftindex)" "$place/ftindex"
cd "$place"
garden
find garden -type f -exec touch -d '2 hours ago' {} +
chmod 755 .
as_user() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
    chown -R nobody .
    as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
fi
update() { try_scrubbed as_user ./ftindex update "$@" x.ft; }
as_user ./ftindex build --quiet x.ft garden
chmod 000 garden/notes garden/apples.txt
update
chmod 755 garden/notes
echo 'More apples' >>garden/apples.txt
rm garden/notes/beans.txt
update --verbose
ftindex stats --json x.ft | field documents
chmod 644 garden/apples.txt
update --verbose
chmod 000 garden
update
chmod 755 garden
update
