#!/bin/sh -eu
# Makes native/: an mdbox that a real Dovecot has written, with keywords, copies, an expunge that is not purged yet, a POP3
# UIDL-less INBOX and a nested mailbox; and what Dovecot itself shows of INBOX.
# Needs doveadm 2.3 (Debian: dovecot-core) and, as root, setpriv. Dates and GUIDs differ each time; the test does not mind.
here=$(cd "$(dirname "$0")" && pwd)
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
chmod 755 "$temp"
mkdir "$temp/home" "$temp/run"
cat > "$temp/dovecot.conf" <<END
base_dir = $temp/run
log_path = $temp/log
protocols =
ssl = no
first_valid_uid = 1
stats_writer_socket_path =
mail_location = mdbox:~/mdbox
mdbox_rotate_size = 2000
namespace inbox {
  inbox = yes
  separator = /
}
END
as=
if [ "$(id -u)" = 0 ]; then
    chown -R nobody "$temp"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi
adm() { $as env HOME="$temp/home" USER=u TZ=UTC doveadm -c "$temp/dovecot.conf" "$@"; }
for i in 1 2 3 4 5 6; do
    printf 'From: a@example.org\r\nSubject: mail %s\r\n\r\n%s\r\n' $i "$(seq 1 $((i * 40)) | tr '\n' ' ')" | adm save
done
adm mailbox create A/B
adm copy A/B mailbox INBOX uid 1,3
adm flags add '\Seen $Forwarded Work' mailbox INBOX uid 2:4
adm expunge mailbox INBOX uid 5
adm fetch 'modseq size.virtual' mailbox INBOX all > /dev/null
adm -o mail_index_rewrite_min_log_bytes=0 -o mail_index_rewrite_max_log_bytes=1 flags add '\Answered' mailbox INBOX uid 6
rm -rf "$here/native"
mkdir "$here/native"
adm fetch 'uid guid flags modseq date.received.unixtime date.saved.unixtime size.physical size.virtual text' mailbox INBOX all \
    > "$here/native/fetched.txt"
cp -r "$temp/home/mdbox" "$here/native/"
find "$here/native" -name '*.lock' -delete
chmod -R u+rwX,go+rX "$here/native"
