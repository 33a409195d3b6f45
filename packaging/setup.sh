# Read by ./packaging/run and ./packaging/test: what Debian must provide, and the virtual environment.
# After a first success a stamp makes the second call a matter of milliseconds.

VENV=${SNAPMGR_VENV:-$ROOT/.venv}

# What Qt's own libraries in the wheel need from the system: drawing, fonts, keyboard, X11 and Wayland; and, for its
# translation tools, what its network library was linked with.
QT_PACKAGES="libegl1 libgl1 libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3 libx11-6 libx11-xcb1
  libxkbcommon0 libxkbcommon-x11-0 libxcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
  libxcb-randr0 libxcb-render0 libxcb-render-util0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1
  libxcb-xfixes0 libxcb-xkb1 libwayland-client0 libwayland-cursor0 libgssapi-krb5-2"
QEMU_PACKAGES="qemu-system-x86 qemu-utils seabios"
UNPACKERS="lzop" # for files that libvirt saved with it

say() { printf 'snapmgr: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

installed() { # PACKAGE: as named, or under the name that Debian 13 gives it after its 64-bit time change
  dpkg-query -W -f '${db:Status-Status}\n' "$1" "$1t64" 2>/dev/null | grep -qx installed
}

missing_of() { for package in "$@"; do installed "$package" || printf '%s ' "$package"; done; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else return 1
  fi
}

apt_install() { # PACKAGES…: returns non-zero where that is not possible
  command -v apt-get >/dev/null 2>&1 || return 1
  say "installing $*"
  log=$(mktemp)
  if { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null
  then rm -f "$log"
  else tail -n 20 "$log" >&2; rm -f "$log"; return 1
  fi
}

system_packages() { # required ones; PROFILE says which
  wanted=$QT_PACKAGES
  python3 -c 'import ensurepip, venv' 2>/dev/null || wanted="python3 python3-venv $wanted"
  command -v dpkg-query >/dev/null 2>&1 || { say "not Debian: taking for granted what Qt needs"; return; }
  # shellcheck disable=SC2046,SC2086
  set -- $(missing_of $wanted)
  [ $# = 0 ] || apt_install "$@" || fail "these packages are needed: $*
  As root: apt-get install $*"
}

qemu_packages() { # wanted, not required: their tests are left out where they cannot be had
  # shellcheck disable=SC2086
  command -v lzop >/dev/null 2>&1 || apt_install $UNPACKERS || say "lzop cannot be installed here: its test is left out"
  command -v qemu-system-x86_64 >/dev/null 2>&1 && command -v qemu-img >/dev/null 2>&1 && return
  # shellcheck disable=SC2086
  apt_install $QEMU_PACKAGES || say "QEMU cannot be installed here: the tests against a real QEMU are left out"
}

environment() { # EXTRAS: "" or "[dev]"
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed"
  if [ ! -x "$VENV/bin/python" ] || ! "$VENV/bin/python" -c '' 2>/dev/null; then
    say "making $VENV"
    python3 -m venv "$VENV" || fail "no virtual environment could be made in $VENV"
  fi
  say "installing into $VENV (a minute or two the first time)"
  pip_install hatchling editables || fail "pip could not install the build tools"
  pip_install --no-build-isolation -e "$ROOT$1" ||
    fail "pip could not install what pyproject.toml asks for; is the package index reachable?"
}

pip_install() { # ARGUMENTS…: a second try leaves out the account's own pip settings, which may name what is gone
  for mode in "" --isolated; do
    [ -z "$mode" ] || say "trying again without this account's own pip settings"
    # shellcheck disable=SC2086
    "$VENV/bin/python" -m pip $mode --disable-pip-version-check --quiet \
      install -c "$ROOT/packaging/constraints.txt" "$@" && return
  done
  return 1
}

stamp_of() { # PROFILE: changes whenever what is installed might have to
  { printf '%s\n' "$1" "$ROOT" "$(python3 --version 2>&1)"
    cat "$ROOT/pyproject.toml" "$ROOT/packaging/constraints.txt" "$ROOT/packaging/setup.sh"; } | sha256sum | cut -d' ' -f1
}

setup() { # PROFILE: run or test
  stamp="$VENV/.snapmgr-$1"
  if [ -x "$VENV/bin/snapctl" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(stamp_of "$1")" ]; then return; fi
  system_packages
  if [ "$1" = test ]; then qemu_packages; environment "[dev]"; else environment ""; fi
  stamp_of "$1" >"$stamp"
}
