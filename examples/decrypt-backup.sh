#!/usr/bin/env bash
# Decrypts one of CloudBackup's encrypted files with nothing but OpenSSL 3 and coreutils: decrypt-backup.sh FILE OUT
# The password is taken from the environment variable CLOUDBACKUP_PASSWORD, or asked for.
# It (and the keys) are visible in the process list while this runs: use a machine of your own.
set -euo pipefail
[ -n "${CLOUDBACKUP_PASSWORD-}" ] || read -rsp 'Password: ' CLOUDBACKUP_PASSWORD
keys=$(openssl kdf -keylen 128 -kdfopt "hexpass:$(printf %s "$CLOUDBACKUP_PASSWORD" | od -An -v -tx1 | tr -d ' \n')" \
    -kdfopt salt:CLOUDRONSCRYPTSALT -kdfopt n:16384 -kdfopt r:8 -kdfopt p:1 -binary SCRYPT | od -An -v -tx1 | tr -d ' \n')
size=$(stat -c %s "$1")
[ "$(head -c 4 "$1")" = CBV2 ] && [ "$size" -ge 68 ] || { echo 'This is no encrypted file of CloudBackup.' >&2; exit 1; }
# The MAC first: nothing is decrypted that is not authentic.
mac=$(head -c $((size - 32)) "$1" | tail -c +5 | openssl dgst -sha256 -mac HMAC -macopt "hexkey:${keys:64:64}" -binary | od -An -v -tx1 | tr -d ' \n')
[ "$mac" = "$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')" ] || { echo 'The password is wrong, or the file is damaged.' >&2; exit 1; }
iv=$(head -c 20 "$1" | tail -c 16 | od -An -v -tx1 | tr -d ' \n')
head -c $((size - 32)) "$1" | tail -c +21 | openssl enc -d -aes-256-cbc -K "${keys:0:64}" -iv "$iv" > "$2"
