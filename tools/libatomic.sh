#!/bin/sh
# Runs after "npm ci". Node 26 is linked with libatomic, which a Debian without a compiler does not have, and then no script of ours would
# start. As root it is installed from Debian for all; an ordinary user gets it from Debian into node_modules, for this project alone.
set -eu
cd "$(dirname "$0")/.."
node_runs() { node_modules/.bin/node --version >/dev/null 2>&1; }

for_all() {
  apt-get -qq -o Acquire::Retries=3 update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends libatomic1
}

for_us() {
  folder=$PWD/node_modules/.libatomic
  own="-o Dir::State=$folder/state -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache=$folder/cache -o Acquire::Retries=3"
  mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial"
  apt-get -qq $own update
  (cd "$folder" && apt-get -qq $own download libatomic1)
  dpkg-deb -x "$folder"/libatomic1_*.deb "$folder"
  library=$(dirname "$(find "$folder/usr/lib" -name libatomic.so.1)")
  # The link to the program becomes a line that shows it the library.
  rm node_modules/.bin/node
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "%s" "$@"\n' "$library" "$PWD/node_modules/node/bin/node" >node_modules/.bin/node
  chmod +x node_modules/.bin/node
}

node_runs && exit 0
if command -v apt-get >/dev/null; then
  if [ "$(id -u)" = 0 ]; then for_all; else for_us; fi
fi
if node_runs; then
  # Optional packages whose install scripts could not run were left out (PostgreSQL); it links its files itself, so no script is needed.
  npm install --ignore-scripts --no-save
  exit 0
fi
echo "Node 26, which comes with this project, does not start here:" >&2
node_modules/.bin/node --version >&2 || true
echo "On Debian: apt-get install libatomic1. Then npm ci again." >&2
exit 1
