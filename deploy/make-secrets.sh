#!/bin/sh
# Makes the secrets that compose.yaml mounts, once; what is there already stays.
# Keep a copy of `provider-installation` and `passkeys-installation` apart from backups of the database: without them
# they open nothing. Certificates and receipt keys are not made here: see compose.yaml.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder"

base64url() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
hexadecimal() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
make() {
  [ -e "$folder/$1" ] && return
  cat >"$folder/$1.new"
  # Compose mounts the files as they are, and containers run as other users; the folder itself is closed.
  chmod 644 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}
# The user of this name on the database of that name, as deploy/make-database-users.js makes it.
storage() { printf 'mongodb://%s:%s@database:27017/%s?replicaSet=rs0' "$1" "$(cat "$folder/$1-database")" "$2"; }

hexadecimal | make replica-set
hexadecimal | make database
for name in provider passkeys; do
  base64url | make "$name-installation"
  hexadecimal | make "$name-database"
done
storage provider latchkey | make provider-storage
storage passkeys passkeys | make passkeys-storage
echo "The secrets are in $folder."
