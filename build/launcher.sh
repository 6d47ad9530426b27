#!/bin/sh
# Pagescope: the command where the arguments name one, and the app otherwise.
here=$(dirname "$(readlink -f "$0")")

# An AppImage puts this first where user namespaces are refused; the command has no use for it.
sandbox=
if [ "${1-}" = --no-sandbox ]; then
  sandbox=$1
  shift
fi

names_command() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help | -V | --version) return 0 ;;
      --json | --debug | --lang=*) ;;
      --lang) [ $# -eq 1 ] || shift ;;
      # Chromium's options, files and addresses are for the app.
      -* | */* | *.pagescope) return 1 ;;
      *) return 0 ;;
    esac
    shift
  done
  return 1
}

if names_command "$@"; then
  export ELECTRON_RUN_AS_NODE=1
  exec "$here/pagescope-app" "$here/resources/app.asar.unpacked/bin/pagescope.mjs" "$@"
fi

say() {
  case ${LC_ALL:-${LC_MESSAGES:-${LANG-}}} in
    zh*) echo "$2" >&2 ;;
    *) echo "$1" >&2 ;;
  esac
}

# Without its sandbox Chromium ends before any code of ours runs, so it is told here.
tell_of_sandbox() {
  for argument; do
    [ "$argument" = --no-sandbox ] && return
  done
  if [ "$(id -u)" = 0 ]; then
    say 'Chromium does not run as root with its sandbox. Start Pagescope as an ordinary user, which is all that it needs, or with --no-sandbox.' \
      'Chromium 不能以 root 身份在沙箱中运行。请以普通用户启动 Pagescope（无需特权），或加上 --no-sandbox。'
  elif [ ! -u "$here/chrome-sandbox" ] && [ ! -e /etc/apparmor.d/pagescope ] && command -v unshare >/dev/null &&
    ! unshare -Ur true 2>/dev/null; then
    say 'User namespaces are refused here, as in Docker and on Ubuntu 24.04, and Chromium’s sandbox needs them. Install the deb, allow them, or start Pagescope with --no-sandbox.' \
      '此处不允许用户命名空间（如 Docker 与 Ubuntu 24.04），而 Chromium 的沙箱需要它。请安装 deb、允许用户命名空间，或加上 --no-sandbox 启动 Pagescope。'
  fi
}

[ -n "$sandbox" ] || tell_of_sandbox "$@"
# Terminals of editors that are Electron apps set it.
unset ELECTRON_RUN_AS_NODE
exec "$here/pagescope-app" ${sandbox:+"$sandbox"} "$@"
