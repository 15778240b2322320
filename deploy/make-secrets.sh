#!/bin/sh
# Makes the secrets that compose.yaml mounts, once; what is there already stays.
# Keep a copy of `installation` apart from backups of the database: without it they open nothing.
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

base64url | make installation
hexadecimal | make replica-set
hexadecimal | make database
printf 'mongodb://latchkey:%s@database:27017/latchkey?replicaSet=rs0&authSource=admin' "$(cat "$folder/database")" | make storage
echo "The secrets are in $folder."
