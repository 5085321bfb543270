#!/bin/sh -eu
# Makes maildir-index/: the index files of a Maildir that a real Dovecot has worked on, in the state between an index file,
# a rotated log and a newer log, with expunges, keywords and modification sequences; and what Dovecot itself shows of it.
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
mail_location = maildir:~/Maildir
namespace inbox {
  inbox = yes
}
END
as=
if [ "$(id -u)" = 0 ]; then
    chown -R nobody "$temp"
    as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi
adm() { $as env HOME="$temp/home" USER=u TZ=UTC doveadm -c "$temp/dovecot.conf" "$@"; }
write="-o mail_index_rewrite_min_log_bytes=0 -o mail_index_rewrite_max_log_bytes=1"
rotate="$write -o mail_index_log_rotate_min_size=1 -o mail_index_log_rotate_max_size=1 -o mail_index_log_rotate_min_age=0"
box="mailbox INBOX"
save() { printf 'From: a@example.org\nDate: Tue, 14 Nov 2023 22:13:20 +0000\nSubject: %s\n\nbody\n' "$1" | adm save; }
for i in 1 2 3 4 5 6 7 8; do save "mail $i"; done
adm fetch 'date.received date.saved hdr.subject modseq' $box all > /dev/null
adm flags add '\Seen Work' $box 2:5
adm $write flags add '\Flagged $Forwarded' $box uid 3
adm expunge $box uid 4
adm $rotate flags add '\Answered' $box uid 6
adm flags add 'k1 k2 k3 k4 k5 k6 k7' $box uid 7
adm flags remove Work $box uid 2
save "mail 9"
adm fetch 'hdr.subject' $box all > /dev/null
adm expunge $box uid 1
rm -rf "$here/maildir-index"
mkdir "$here/maildir-index"
adm fetch 'uid flags modseq date.saved.unixtime' $box all > "$here/maildir-index/fetched.txt"
adm mailbox status 'messages uidnext uidvalidity unseen highestmodseq' INBOX > "$here/maildir-index/status.txt"
for f in "$temp"/home/Maildir/dovecot.index*; do cp "$f" "$here/maildir-index/"; done
chmod 644 "$here"/maildir-index/*
